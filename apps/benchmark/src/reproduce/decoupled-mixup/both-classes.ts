import { softmax } from '@mixwell/calibration';
import { applyPlan, mixup } from '@mixwell/mix-core';
import { applyMix } from '@mixwell/mix-core/tf';
import { mlp } from '@mixwell/models';
import { createRng } from '@mixwell/tensor';
import { adamW } from '@mixwell/train';
import type { Claim } from '../claim.ts';
import { grainyDigits, type GrainyDigits, grainyDigitTask } from '../images/grainy-digits.ts';
import { networkTrainer } from '../network-trainer.ts';
import { compare, summary } from '../over-seeds.ts';
import { decoupledLoss } from './losses.ts';

const etas: readonly number[] = [0, 0.1, 0.5];

/** Runs of this part for each seed. */
export const bothClassesRuns: number = etas.length;

/** Test images mixed by halves with others, and the classes of both. */
function mixedHalves({ images, labels }: GrainyDigits['test'], seed: number) {
  const rows = labels.data.length;
  const plan = mixup({ lambda: 0.5 })(createRng(seed).split('pairs'), { rows });
  const classes = Array.from({ length: rows }, (_, row) => [0, 1].map((j) => labels.data[plan.sources[2 * row + j]!]!));
  return { mixed: { images: applyPlan(plan, images), labels }, classes };
}

/** Whether decoupling makes networks sure of both classes of a mixed image together. */
export async function bothClassesClaims(seeds: readonly number[], onRun: (what: string) => void): Promise<Claim[]> {
  const draw = grainyDigitTask();
  const model = mlp({ inputShape: [14, 14, 1], classes: 10 });
  const mass: number[][] = [];
  for (const eta of etas) {
    const loss = decoupledLoss(eta);
    const train = networkTrainer({
      model, optimizer: adamW({ learningRate: 1e-3 }), batchSize: 100, epochs: 60,
      objective: (vars, { images, labels, mix }) => ({ loss: loss(model.run(vars, applyMix(mix, images), { mode: 'train' }).y, labels, mix) }),
    });
    const perSeed: number[] = [];
    for (const seed of seeds) {
      const digits = draw(createRng(seed).split('digits'));
      const { mixed, classes } = mixedHalves(digits.test, seed);
      const { data } = softmax((await train({ train: digits.train, policy: mixup(), rng: createRng(seed).split('network'), tests: { mixed } })).mixed);
      const pairs = classes.flatMap(([a, b], row) => (a === b ? [] : [data[row * 10 + a!]! + data[row * 10 + b!]!]));
      perSeed.push(pairs.reduce((sum, value) => sum + value, 0) / pairs.length);
      onRun(`digits, η = ${eta}, seed ${seed}`);
    }
    mass.push(perSeed);
  }
  const steps = etas.slice(1).map((eta, i) => [`η ${eta} − η ${etas[i]!}`, compare(mass[i + 1]!, mass[i]!)] as const);
  return [{
    claim: 'test images mixed by halves: the probability of both classes together rises with η',
    holds: steps.every(([, { mean }]) => mean > 0),
    measured: { data: grainyDigits, ...Object.fromEntries(etas.map((eta, i) => [`η ${eta}`, summary(mass[i]!)])), ...Object.fromEntries(steps) },
    seeds,
  }];
}
