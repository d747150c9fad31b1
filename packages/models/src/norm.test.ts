import { createRng, stateDict } from '@mixwell/tensor';
import { randomNormal } from '@mixwell/tensor/tf';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { distance } from './fixtures.ts';
import { defaultNorm, type NormCall, type NormKind } from './norm.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

const [N, H, W, C] = [3, 2, 5, 8] as const;
const epsilon = 1e-5;

/** Which values share their statistics with (n, c). */
const peers: Readonly<Record<Exclude<NormKind, 'none'>, (n: number, c: number, m: number, d: number) => boolean>> = {
  batch: (_, c, __, d) => c === d,
  instance: (n, c, m, d) => n === m && c === d,
  group: (n, c, m, d) => n === m && c >> 1 === d >> 1,
  layer: (n, _, m) => n === m,
};

const at = (n: number, h: number, w: number, c: number): number => ((n * H + h) * W + w) * C + c;

/** Normalised by the definition: gather the peers, take their mean and biased variance. */
function naive(kind: keyof typeof peers, x: ArrayLike<number>, gamma: ArrayLike<number>, beta: ArrayLike<number>): number[] {
  const out: number[] = [];
  for (let n = 0; n < N; n++) for (let h = 0; h < H; h++) for (let w = 0; w < W; w++) for (let c = 0; c < C; c++) {
    const values: number[] = [];
    for (let m = 0; m < N; m++) for (let i = 0; i < H; i++) for (let j = 0; j < W; j++) for (let d = 0; d < C; d++) {
      if (peers[kind](n, c, m, d)) values.push(x[at(m, i, j, d)]!);
    }
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    const p = kind === 'layer' ? (h * W + w) * C + c : c;
    out.push(((x[at(n, h, w, c)]! - mean) / Math.sqrt(variance + epsilon)) * gamma[p]! + beta[p]!);
  }
  return out;
}

const rng = createRng(11);

function callOf(kind: keyof typeof peers, mode: NormCall['mode']): NormCall {
  const shape = kind === 'layer' ? [H, W, C] : [C];
  return {
    layer: 'bn', kind, mode, epsilon,
    x: randomNormal(rng.split(0), [N, H, W, C], 2, 3),
    gamma: randomNormal(rng.split(1), shape, 1, 0.3),
    beta: randomNormal(rng.split(2), shape),
    buffers: stateDict(kind === 'batch' ? [['running_mean', randomNormal(rng.split(3), [C])], ['running_var', tf.abs(randomNormal(rng.split(4), [C], 2, 0.5))]] : []),
    momentum: 0.1,
    updateBuffers: mode === 'train',
  };
}

describe('defaultNorm', () => {
  it.each(['batch', 'instance', 'group', 'layer'] as const)('normalises by the definition of %s norm', (kind) => {
    const call = callOf(kind, 'batchStats');
    const { y } = defaultNorm(call);
    expect(y.shape).toEqual(call.x.shape);
    expect(distance(y.dataSync(), naive(kind, call.x.dataSync(), call.gamma.dataSync(), call.beta.dataSync()))).toBeLessThan(1e-5);
  });

  it('normalises each token over its channels, by mean and biased variance', () => {
    const call = callOf('instance', 'eval');
    const [gamma, beta] = [call.gamma.dataSync(), call.beta.dataSync()];
    const tokens = Array.from({ length: N * H * W }, (_, i) => Array.from(call.x.dataSync()).slice(i * C, (i + 1) * C));
    const expected = tokens.flatMap((values) => {
      const mean = values.reduce((a, b) => a + b) / C;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / C;
      return values.map((v, i) => ((v - mean) / Math.sqrt(variance + 0.01)) * gamma[i]! + beta[i]!);
    });
    const { y } = defaultNorm({ ...call, kind: 'token', epsilon: 0.01, x: tf.reshape(call.x, [N, H * W, C]) });
    expect(y.shape).toEqual([N, H * W, C]);
    expect(distance(y.dataSync(), expected)).toBeLessThan(1e-5);
  });

  it.each(['instance', 'group', 'layer'] as const)('%s norm knows no modes', (kind) => {
    expect(Array.from(defaultNorm(callOf(kind, 'eval')).y.dataSync())).toEqual(Array.from(defaultNorm(callOf(kind, 'train')).y.dataSync()));
  });

  it('uses running statistics in eval mode', () => {
    const call = callOf('batch', 'eval');
    const [x, gamma, beta, mean, variance] = [call.x, call.gamma, call.beta, call.buffers['running_mean']!, call.buffers['running_var']!].map((t) => t.dataSync());
    const expected = Array.from(x!, (v, i) => ((v - mean![i % C]!) / Math.sqrt(variance![i % C]! + epsilon)) * gamma![i % C]! + beta![i % C]!);
    expect(distance(defaultNorm(call).y.dataSync(), expected)).toBeLessThan(1e-5);
  });

  it('moves running statistics by a tenth, with the unbiased variance', () => {
    const call = callOf('batch', 'train');
    const x = call.x.dataSync();
    const { buffers } = defaultNorm(call);
    for (let c = 0; c < C; c++) {
      const values = Array.from(x).filter((_, i) => i % C === c);
      const mean = values.reduce((a, b) => a + b) / values.length;
      const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (values.length - 1);
      expect(buffers!['running_mean']!.dataSync()[c]).toBeCloseTo(0.9 * call.buffers['running_mean']!.dataSync()[c]! + 0.1 * mean, 5);
      expect(buffers!['running_var']!.dataSync()[c]).toBeCloseTo(0.9 * call.buffers['running_var']!.dataSync()[c]! + 0.1 * variance, 5);
    }
  });
});
