import { mlp } from '@mixwell/models';
import { renderSvg } from '@mixwell/plots';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { brightRowTask } from '../images/fixtures.ts';
import { type Experiment, type WayName, ways } from './experiments.ts';
import { collapseFigures } from './figures.ts';
import { freeFeatureClaims } from './free-features.ts';
import { imageClaims } from './image-claims.ts';
import { collapseNetwork } from './network.ts';
import { type CollapseRun, collapseTrainer } from './train-collapse.ts';

const experiment: Experiment = {
  name: 'bright rows, MLP',
  task: brightRowTask,
  network: collapseNetwork(mlp({ inputShape: [16, 16, 1], classes: 12, hidden: [32, 32] }), 10),
  budget: { images: 200, epochs: 30, batchSize: 50, learningRate: 0.1, weightDecay: 1e-4, mu: 0.02 },
  ways: ['plain', 'mixup', 'mixup, ETF', 'mixup, squared error', 'manifold mixup'],
};

describe('reproduction of neural collapse', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  it('trains every way, leaves no tensor behind, keeps a fixed classifier, and tells of the epochs', async () => {
    const train = collapseTrainer(experiment.task, experiment.network, experiment.budget);
    const before = tf.memory().numTensors;
    const runs: Partial<Record<WayName, CollapseRun[]>> = {};
    let told = 0;
    for (const way of experiment.ways) runs[way] = [await train(ways[way], 0, () => { told += 1; })];
    expect(tf.memory().numTensors).toBe(before);
    expect(told).toBe(5 * 30);

    const { plain, 'mixup, ETF': fixed } = runs as Record<WayName, CollapseRun[]>;
    expect(plain[0]!.epochs.map(({ epoch }) => epoch)).toEqual([1, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]);
    expect(plain[0]!.epochs.at(-1)!.error).toBe(0);
    expect(plain[0]!.epochs.at(-1)!.collapse.nc1.pinv).toBeLessThan(plain[0]!.epochs[0]!.collapse.nc1.pinv);
    expect(fixed[0]!.epochs.at(-1)!.collapse.nc2.classifier!.etfError).toBeLessThan(1e-5);
    expect(Object.keys(plain[0]!.mixed.features)).toEqual(['fc1', 'fc2', 'head']);
    expect(plain[0]!.mixed.features['head']!.shape).toEqual([11 * 200, 12]);

    const claims = imageClaims(experiment, runs, [0]);
    expect(claims).toHaveLength(12);
    for (const { claim, measured } of claims) {
      expect(claim.startsWith('bright rows, MLP: ')).toBe(true);
      expect(Object.keys(measured).length).toBeGreaterThan(0);
    }
    expect(claims.find(({ claim }) => claim.includes('all four properties'))!.measured['plain, NC1, last']).toEqual({ mean: plain[0]!.epochs.at(-1)!.collapse.nc1.pinv, std: null, perSeed: [plain[0]!.epochs.at(-1)!.collapse.nc1.pinv] });
    const figures = collapseFigures(experiment, runs);
    expect(figures.map(([name]) => name)).toEqual([
      'features-bright-rows-mlp-plain', 'features-bright-rows-mlp-mixup', 'features-bright-rows-mlp-mixup-etf', 'features-bright-rows-mlp-mixup-squared-error',
      'features-bright-rows-mlp-manifold-mixup', 'nc1-bright-rows-mlp',
    ]);
    for (const [, chart] of figures) expect(await renderSvg(chart)).toContain('</svg>');
  });

  it('has claims about free features that hold', () => {
    expect(freeFeatureClaims([0, 1]).map(({ holds }) => holds)).toEqual([true, true, true]);
  });
});
