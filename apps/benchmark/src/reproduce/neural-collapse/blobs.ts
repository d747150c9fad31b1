import { mixup } from '@mixwell/mix-core';
import { lower } from '@mixwell/mix-core/tf';
import { mlp, type Variables } from '@mixwell/models';
import { channelSummary, type ChannelRow, channelTheory, mixedFeatures, optimalFeature, mixedTarget, type MixedPair } from '@mixwell/neural-collapse';
import { createRng, hostTensor, type HostTensor, normal, type Rng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { adamW, createState, type Optimizer } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { quantile } from '../../harness/statistics.ts';
import type { Claim } from '../claim.ts';
import { summary } from '../over-seeds.ts';
import { collapseSteps, type Way } from './collapse-step.ts';
import { classifierOf, collapseNetwork, frozenGroups, initialize } from './network.ts';

const setting = { samples: 150, dim: 20, spread: 0.5, mu: 0.02, steps: 1500, learningRate: 2e-3 };
const CLASSES = 3;

/** Steps of this part for each seed. */
export const blobSteps: number = 2 * setting.steps;

/** Three Gaussian clouds around centres from N(0, 1). */
function makeBlobs(rng: Rng): { readonly inputs: HostTensor<'float32'>; readonly labels: Int32Array } {
  const { samples, dim, spread } = setting;
  const centres = Float32Array.from({ length: CLASSES * dim }, () => normal(rng));
  const labels = Int32Array.from({ length: samples }, (_, n) => n % CLASSES);
  const values = Float32Array.from({ length: samples * dim }, (_, at) => centres[labels[Math.floor(at / dim)]! * dim + (at % dim)]! + normal(rng, 0, spread));
  return { inputs: hostTensor('float32', [samples, dim], values), labels };
}

/** Trains on all points at once with a fixed simplex ETF of two dimensions; gives the summary of mixed features. */
function blobTrainer(): (loss: Way['loss'], seed: number) => Promise<readonly ChannelRow[]> {
  const network = collapseNetwork(mlp({ inputShape: [setting.dim], classes: CLASSES - 1, hidden: [128, 128] }), CLASSES);
  const optimizer: Optimizer = adamW({ learningRate: setting.learningRate, groups: frozenGroups(true) });
  const stepOf = collapseSteps(network, setting.mu, () => optimizer);
  const policy = mixup({ per: 'sample' });

  return async (loss, seed) => {
    const rng = createRng(seed).split('blobs');
    const { inputs, labels } = makeBlobs(rng.split('points'));
    const first: Variables = initialize(network, rng.split('weights'), true);
    let state = createState(first, optimizer);
    const [images, targets] = [toTf(inputs), toTf(labels)];
    const step = stepOf({ policy, loss, isFixed: true });
    for (let at = 0; at < setting.steps; at++) {
      const plan = policy(rng.split('mixing').split(at), { rows: setting.samples });
      const mix = lower(plan, { shape: [setting.samples] });
      const result = step(state, { images, labels: targets, mix, plan }, rng);
      tf.dispose([mix.sources, mix.weights, mix.labelWeights, result.metrics]);
      state = result.state;
    }
    const mixed = await mixedFeatures({
      inputs, labels, lambdas: [0.5, 0.75, 0.9, 1], rng: rng.split('pairs'),
      extract: (x) => ({ last: hostTensor('float32', [x.shape[0]!, CLASSES - 1], tf.tidy(() => Float32Array.from(network.backbone.run(state, toTf(x)).y.dataSync()))) }),
    });
    const classifier = classifierOf(state);
    const squared = loss === 'squared error';
    const optimum = (pair: MixedPair): Float64Array => optimalFeature({ classifier, mu: setting.mu, target: mixedTarget(CLASSES, pair) }).feature;
    const rows = channelSummary({ ...mixed, features: mixed.features['last']!, classifier, ...(!squared && { optimum }) });
    tf.dispose([first.params, first.buffers, images, targets, state.params, state.buffers, state.optimizer, state.step]);
    return rows;
  };
}

const median = (values: readonly (number | null)[]): number => quantile(values.filter((value) => value !== null), 0.5);

/** A network of three small layers whose features the theory can be held against in every number. What has to be reached was fixed before. */
export async function blobClaims(seeds: readonly number[], onSteps: (steps: number, what: string) => void): Promise<Claim[]> {
  const train = blobTrainer();
  const run = async (loss: Way['loss']): Promise<(readonly ChannelRow[])[]> => {
    const all: (readonly ChannelRow[])[] = [];
    for (const seed of seeds) {
      all.push(await train(loss, seed));
      onSteps(setting.steps, `clouds of points, ${loss}, seed ${seed}`);
    }
    return all;
  };
  const [entropy, squared] = [await run('cross entropy'), await run('squared error')];
  const over = (runs: readonly (readonly ChannelRow[])[], key: 'alignment' | 'amplification' | 'distanceToOptimum', keep: (row: ChannelRow) => boolean = () => true) =>
    summary(runs.map((rows) => median(rows.filter(keep).map((row) => row[key]))));
  const alignment = over(entropy, 'alignment');
  const [curved, straight] = [over(entropy, 'amplification'), over(squared, 'amplification')];
  const distances = { 'same class': over(entropy, 'distanceToOptimum', (row) => row.classA === row.classB), 'different classes': over(entropy, 'distanceToOptimum', (row) => row.classA !== row.classB && row.lambda < 1) };
  const theory = channelTheory({ numClasses: CLASSES, norm: 1, mu: setting.mu, lambdas: [] }).amplification;
  const all = (values: readonly number[], holds: (value: number) => boolean): boolean => values.every(holds);
  return [
    { claim: 'clouds of points, fixed ETF: features of mixtures within a class lie on its row of the classifier: cosine > 0.98', holds: all(alignment.perSeed, (value) => value > 0.98), measured: { cosine: alignment }, seeds },
    {
      claim: 'mixup with cross entropy amplifies (median over pairs > 1.3), with mean squared error it does not (between 0.95 and 1.1)',
      holds: all(curved.perSeed, (value) => value > 1.3) && all(straight.perSeed, (value) => value >= 0.95 && value <= 1.1),
      measured: { 'cross entropy': curved, 'theory': theory, 'mean squared error': straight },
      seeds,
    },
    { claim: 'mean features are near the derived optimum: relative distance < 0.2', holds: Object.values(distances).every(({ perSeed }) => all(perSeed, (value) => value < 0.2)), measured: distances, seeds },
  ];
}
