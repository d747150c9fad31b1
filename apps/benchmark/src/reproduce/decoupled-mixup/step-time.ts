import { batches } from '@mixwell/data';
import { mixup } from '@mixwell/mix-core';
import { applyMix, lower } from '@mixwell/mix-core/tf';
import { createRng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { createState, makeStep, type TrainState } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { pairedRatio, spread } from '../../harness/statistics.ts';
import type { Claim } from '../claim.ts';
import type { MixedLoss } from '../images/classifier-trainer.ts';
import type { ImageTask } from '../images/image-task.ts';
import type { Recipe } from '../images/recipe.ts';
import type { MixedBatch } from '../network-trainer.ts';
import { decoupledLoss, mixupLoss } from './losses.ts';

/** A function that takes some steps of training with a loss, and gives the milliseconds of one. */
function timedSteps({ model, optimizer }: Recipe, loss: MixedLoss, batch: MixedBatch, steps: number): { readonly turn: () => number; readonly end: () => void } {
  const rng = createRng(0);
  const step = makeStep((vars, { images, labels, mix }: MixedBatch) => {
    const { y, buffers } = model.run(vars, applyMix(mix, images), { mode: 'train' });
    return { loss: loss(y, labels, mix), buffers };
  }, optimizer);
  const vars = model.init(rng.split('weights'));
  let state: TrainState = createState(vars, optimizer);
  tf.dispose([vars.params, vars.buffers]);
  return {
    turn: () => {
      const begin = performance.now();
      for (let i = 0; i < steps; i++) {
        const { state: next, metrics } = step(state, batch, rng);
        state = next;
        metrics['loss']!.dataSync();
        tf.dispose(metrics);
      }
      return (performance.now() - begin) / steps;
    },
    end: () => tf.dispose([state.params, state.buffers, state.optimizer, state.step]),
  };
}

/** Whether the decoupled terms cost time: steps of both losses in turns, the order within a pair changing. */
export function stepTimeClaim(task: ImageTask, recipe: Recipe, { turns, steps }: { readonly turns: number; readonly steps: number } = { turns: 60, steps: 5 }): Claim {
  const [first] = batches(recipe.sample(createRng(0)), { size: recipe.batchSize, ...task.normalization });
  const mix = lower(mixup()(createRng(1), { rows: recipe.batchSize }), { shape: [recipe.batchSize] });
  const batch: MixedBatch = { images: toTf(first!.images), labels: toTf(first!.labels), mix };
  const [decoupled, plain] = [timedSteps(recipe, decoupledLoss(0.1), batch, steps), timedSteps(recipe, mixupLoss, batch, steps)];
  const all: { readonly decoupled: number[]; readonly plain: number[] } = { decoupled: [], plain: [] };
  [decoupled, plain].forEach(({ turn }) => turn()); // compiles
  for (let i = 0; i < turns; i++) {
    if (i % 2 === 0) all.decoupled.push(decoupled.turn());
    all.plain.push(plain.turn());
    if (i % 2 === 1) all.decoupled.push(decoupled.turn());
  }
  decoupled.end();
  plain.end();
  tf.dispose([batch.images, batch.labels, mix.sources, mix.weights, mix.labelWeights]);
  const ratio = pairedRatio(all.decoupled, all.plain);
  return {
    claim: 'a step of decoupled mixup takes at most 1.05 times as long as one of mixup with cross entropy',
    holds: ratio.median <= 1.05,
    measured: { 'ratio, median': ratio.median, 'ratio, quarter below': ratio.p25, 'ratio, quarter above': ratio.p75, 'ms, decoupled': spread(all.decoupled).median, 'ms, mixup': spread(all.plain).median, 'pairs of turns': turns },
    seeds: [],
  };
}
