import { expectNoLeaks } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { definitions, drawn, type Drawn } from './fixtures.ts';
import {
  accuracy, binaryCrossEntropy, crossEntropy, entropy, klDivergence, logSoftmax, mixupAccuracy, mixupCrossEntropy, type Reduction, smoothTargets, softCrossEntropy, twoHotTargets,
} from './index.ts';

const int = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');

interface Case {
  readonly loss: (d: Drawn, reduction: Reduction) => tf.Tensor;
  /** Of sample i, in float64. */
  readonly definition: (d: Drawn, i: number) => number;
}

const cases: Record<string, Case> = {
  softCrossEntropy: {
    loss: (d, reduction) => softCrossEntropy(tf.tensor2d(d.logits), tf.tensor2d(d.targets), { reduction }),
    definition: (d, i) => definitions.softCrossEntropy(d.logits[i]!, d.targets[i]!),
  },
  'softCrossEntropy with label smoothing': {
    loss: (d, reduction) => softCrossEntropy(tf.tensor2d(d.logits), tf.tensor2d(d.targets), { reduction, labelSmoothing: 0.2 }),
    definition: (d, i) => definitions.softCrossEntropy(d.logits[i]!, d.targets[i]!, 0.2),
  },
  crossEntropy: {
    loss: (d, reduction) => crossEntropy(tf.tensor2d(d.logits), int(d.labelsA), { reduction }),
    definition: (d, i) => definitions.mixupCrossEntropy(d.logits[i]!, d.labelsA[i]!, 0, 1),
  },
  'mixupCrossEntropy with λ per sample': {
    loss: (d, reduction) => mixupCrossEntropy(tf.tensor2d(d.logits), int(d.labelsA), int(d.labelsB), tf.tensor1d(d.lambdas), { reduction }),
    definition: (d, i) => definitions.mixupCrossEntropy(d.logits[i]!, d.labelsA[i]!, d.labelsB[i]!, d.lambdas[i]!),
  },
  'mixupCrossEntropy with one λ': {
    loss: (d, reduction) => mixupCrossEntropy(tf.tensor2d(d.logits), int(d.labelsA), int(d.labelsB), tf.scalar(0.3), { reduction }),
    definition: (d, i) => definitions.mixupCrossEntropy(d.logits[i]!, d.labelsA[i]!, d.labelsB[i]!, 0.3),
  },
  binaryCrossEntropy: {
    loss: (d, reduction) => binaryCrossEntropy(tf.tensor2d(d.logits), tf.tensor2d(d.targets), { reduction }),
    definition: (d, i) => definitions.binaryCrossEntropy(d.logits[i]!, d.targets[i]!),
  },
  'binaryCrossEntropy summed over classes': {
    loss: (d, reduction) => binaryCrossEntropy(tf.tensor2d(d.logits), tf.tensor2d(d.targets), { reduction, over: 'sum' }),
    definition: (d, i) => definitions.binaryCrossEntropy(d.logits[i]!, d.targets[i]!) * d.logits[i]!.length,
  },
  klDivergence: {
    loss: (d, reduction) => klDivergence(tf.tensor2d(d.logits), tf.tensor2d(d.others), { reduction }),
    definition: (d, i) => definitions.klDivergence(d.logits[i]!, d.others[i]!),
  },
  entropy: {
    loss: (d, reduction) => entropy(tf.tensor2d(d.logits), { reduction }),
    definition: (d, i) => definitions.entropy(d.logits[i]!),
  },
  accuracy: {
    loss: (d, reduction) => accuracy(tf.tensor2d(d.logits), int(d.labelsA), { reduction }),
    definition: (d, i) => definitions.mixupAccuracy(d.logits[i]!, d.labelsA[i]!, 0, 1),
  },
  'mixupAccuracy with λ per sample': {
    loss: (d, reduction) => mixupAccuracy(tf.tensor2d(d.logits), int(d.labelsA), int(d.labelsB), tf.tensor1d(d.lambdas), { reduction }),
    definition: (d, i) => definitions.mixupAccuracy(d.logits[i]!, d.labelsA[i]!, d.labelsB[i]!, d.lambdas[i]!),
  },
  'mixupAccuracy with λ = 1/2, where the second label leads': {
    loss: (d, reduction) => mixupAccuracy(tf.tensor2d(d.logits), int(d.labelsA), int(d.labelsB), 0.5, { reduction }),
    definition: (d, i) => definitions.mixupAccuracy(d.logits[i]!, d.labelsA[i]!, d.labelsB[i]!, 0.5),
  },
};

const samples = (data: Drawn): number[] => data.logits.map((_, i) => i);

describe.each(plainAnd(BACKEND_NAME))('on %s', (backend) => {
  beforeAll(async () => { await tf.setBackend(backend); });

  it.each(Object.entries(cases))('%s is what its definition says, per sample, as mean and as sum', (_, { loss, definition }) => {
    for (const data of [drawn(1, 7, 5), drawn(2, 1, 2), drawn(3, 4, 1), drawn(4, 3, 101, 10)]) {
      const wanted = samples(data).map((i) => definition(data, i));
      const values = (reduction: Reduction): number[] => tf.tidy(() => Array.from(loss(data, reduction).dataSync()));
      const total = wanted.reduce((a, b) => a + b, 0);
      for (const [reduction, all] of [['none', wanted], ['sum', [total]], ['mean', [total / wanted.length]]] as const) {
        const got = values(reduction);
        expect(got).toHaveLength(all.length);
        all.forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(1e-6 + 2e-6 * Math.abs(value)));
      }
    }
  });

  it.each(Object.entries(cases))('%s leaves no tensor behind', async (_, { loss }) => {
    const data = drawn(1, 3, 4);
    await expectNoLeaks(() => tf.tidy(() => loss(data, 'mean')));
  });
});

describe('losses on plain tensors', () => {
  beforeAll(async () => { await tf.setBackend(plainBackEnd); });

  it('dispose of all but the result', async () => {
    const data = drawn(1, 3, 4);
    const [logits, targets, a, b, lambda] = [tf.tensor2d(data.logits), tf.tensor2d(data.targets), int(data.labelsA), int(data.labelsB), tf.tensor1d(data.lambdas)];
    for (const reduction of ['none', 'mean'] as const) {
      await expectNoLeaks(() => [
        softCrossEntropy(logits, targets, { reduction, labelSmoothing: 0.1 }), crossEntropy(logits, a, { reduction }), mixupCrossEntropy(logits, a, b, lambda, { reduction }),
        binaryCrossEntropy(logits, targets, { reduction }), klDivergence(logits, targets, { reduction }), entropy(logits, { reduction }),
        accuracy(logits, a, { reduction }), mixupAccuracy(logits, a, b, lambda, { reduction }), smoothTargets(targets, 0.1), twoHotTargets(a, b, 4), logSoftmax(logits),
      ]);
    }
    tf.dispose([logits, targets, a, b, lambda]);
  });

  it('two-hot targets hold both labels in full, one where they are equal', () => {
    tf.tidy(() => {
      expect(twoHotTargets(int([0, 1]), int([2, 1]), 3).arraySync()).toEqual([[1, 0, 1], [0, 1, 0]]);
    });
  });

  it('smoothing keeps the sum of targets that sum to 1', () => {
    tf.tidy(() => {
      for (const mode of ['original', 'classy_vision'] as const) {
        const [row] = smoothTargets(tf.tensor2d([[0.25, 0.75, 0, 0]]), 0.25, mode).arraySync();
        expect(row!.reduce((a, b) => a + b)).toBeCloseTo(1, 6);
        expect(row![3]).toBeCloseTo(mode === 'original' ? 0.0625 : 0.05, 6);
      }
    });
  });

  it('name what does not fit', () => {
    tf.tidy(() => {
      const [logits, labels] = [tf.zeros([2, 3]), int([0, 1])];
      expect(() => softCrossEntropy(logits, tf.zeros([2, 4]))).toThrow(new RangeError('softCrossEntropy: targets must have shape [2, 3], got [2, 4]'));
      expect(() => softCrossEntropy(tf.zeros([3]), tf.zeros([3]))).toThrow('softCrossEntropy: logits must have shape [n, classes], got [3]');
      expect(() => softCrossEntropy(tf.zeros([0, 3]), tf.zeros([0, 3]))).toThrow('softCrossEntropy: logits must have shape [n, classes], got [0, 3]');
      expect(() => softCrossEntropy(logits, logits, { labelSmoothing: -1 })).toThrow('softCrossEntropy: labelSmoothing must be in [0, 1], got -1');
      expect(() => softCrossEntropy(logits, logits, { reduction: 'batchmean' as 'mean' })).toThrow("softCrossEntropy: reduction must be 'none', 'mean' or 'sum', got 'batchmean'");
      expect(() => crossEntropy(logits, tf.zeros([2]))).toThrow(new TypeError('crossEntropy: labels must be int32, got float32'));
      expect(() => mixupCrossEntropy(logits, labels, int([0]), 0.5)).toThrow('mixupCrossEntropy: labelsB must have shape [2], got [1]');
      expect(() => mixupCrossEntropy(logits, labels, labels, 1.5)).toThrow('mixupCrossEntropy: lambda must be in [0, 1], got 1.5');
      expect(() => mixupAccuracy(logits, labels, labels, tf.zeros([3]))).toThrow('mixupAccuracy: lambda must have shape [] or [2], got [3]');
      expect(() => binaryCrossEntropy(logits, logits, { over: 'all' as 'sum' })).toThrow("binaryCrossEntropy: over must be 'mean' or 'sum', got 'all'");
      expect(() => klDivergence(logits, tf.zeros([2, 1]))).toThrow('klDivergence: logitsQ must have shape [2, 3], got [2, 1]');
      expect(() => smoothTargets(logits, 2)).toThrow('smoothTargets: smoothing must be in [0, 1], got 2');
      expect(() => smoothTargets(logits, 0.1, 'classy' as 'original')).toThrow("smoothTargets: mode must be 'original' or 'classy_vision', got 'classy'");
      expect(() => twoHotTargets(labels, labels, 0)).toThrow('twoHotTargets: classes must be a whole number >= 1, got 0');
    });
  });
});
