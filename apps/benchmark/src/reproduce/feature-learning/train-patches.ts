import { type FeatureNoiseData, type FeatureNoiseOptions, makeFeatureNoiseData } from '@mixwell/data';
import { compile } from '@mixwell/autodiff';
import { softCrossEntropy } from '@mixwell/losses';
import type { Policy } from '@mixwell/mix-core';
import { applyMix, lower, type Mix, mixTargets } from '@mixwell/mix-core/tf';
import { featureLearning, patchNetwork } from '@mixwell/models';
import { createRng, stateDict, type Rng } from '@mixwell/tensor';
import { randomNormal, toTf } from '@mixwell/tensor/tf';
import { createState, makeStep, sgd } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';

/** Data, network and training of one experiment. */
export interface PatchSetting extends Omit<FeatureNoiseOptions, 'rng' | 'features' | 'force'> {
  /** Of each class. */
  readonly neurons: number;
  readonly learningRate: number;
  /** Full-batch steps. */
  readonly steps: number;
}

/** What the network makes of test samples that all show the common, or all the rare feature, and how large its projections on the rare features are. */
export interface PatchResult {
  readonly rareAccuracy: number;
  readonly commonAccuracy: number;
  readonly trainAccuracy: number;
  /** Mean over the two classes of the largest projection. */
  readonly rareProjection: number;
}

/** Trains with a policy and a seed. */
export type TrainPatches = (policy: Policy, seed: number) => PatchResult;

/** Standard deviation of the first weights. */
const INITIAL = 0.01;
const TEST_SAMPLES = 200;

interface StepInput extends Mix {
  /** [n, patches, dim] */
  readonly x: tf.Tensor;
  /** [n, 2] */
  readonly targets: tf.Tensor;
}

type Part = { readonly x: tf.Tensor; readonly labels: tf.Tensor1D };

function makeParts(setting: PatchSetting, rng: Rng): { readonly train: Part; readonly common: Part; readonly rare: Part; readonly features: tf.Tensor } {
  const { features, ...data } = makeFeatureNoiseData({ ...setting, rng: rng.split('train') });
  const part = ({ images, labels }: Pick<FeatureNoiseData, 'images' | 'labels'>): Part => ({ x: toTf(images), labels: toTf(labels) as tf.Tensor1D });
  const test = (force: 'common' | 'rare'): Part => part(makeFeatureNoiseData({ ...setting, n: TEST_SAMPLES, features, force, rng: rng.split(force) }));
  return { train: part(data), common: test('common'), rare: test('rare'), features: toTf(features) };
}

/** A function that trains the patch network of a setting; all its runs share one compiled step. Data and first weights depend on the seed alone. */
export function patchTrainer(setting: PatchSetting): TrainPatches {
  const optimizer = sgd({ learningRate: setting.learningRate });
  const step = makeStep(({ params }, { x, targets, ...mix }: StepInput) => ({
    loss: softCrossEntropy(patchNetwork(params['w']!, applyMix(mix, x)), mixTargets(mix, targets)),
  }), optimizer);
  const accuracy = compile((w: tf.Tensor, { x, labels }: Part) => tf.mean(tf.equal(tf.argMax(patchNetwork(w, x), -1), labels)));
  const share = (w: tf.Tensor, part: Part): number => tf.tidy(() => accuracy(w, part).dataSync()[0]!);

  return (policy, seed) => {
    const rng = createRng(seed).split('patches');
    const parts = makeParts(setting, rng);
    const targets = tf.oneHot(parts.train.labels, 2, 1, 0, 'float32');
    const first = randomNormal(rng.split('weights'), [2, setting.neurons, setting.dim], 0, INITIAL);
    let state = createState({ params: stateDict([['w', first]]), buffers: stateDict([]) }, optimizer);
    const draws = rng.split('mixing');
    for (let at = 0; at < setting.steps; at++) {
      const mix = lower(policy(draws, { rows: setting.n, step: at }), { shape: [1] });
      const result = step(state, { x: parts.train.x, targets, ...mix }, rng);
      tf.dispose([mix.sources, mix.weights, mix.labelWeights, result.metrics]);
      state = result.state;
    }
    const w = state.params['w']!;
    const result = {
      rareAccuracy: share(w, parts.rare),
      commonAccuracy: share(w, parts.common),
      trainAccuracy: share(w, parts.train),
      rareProjection: tf.tidy(() => tf.mean(tf.slice(featureLearning(w, parts.features), [0, 1], [2, 1])).dataSync()[0]!),
    };
    tf.dispose([first, targets, parts, state.params, state.optimizer, state.step]);
    return result;
  };
}
