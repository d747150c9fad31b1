import '@tensorflow/tfjs-backend-cpu';
import * as tf32 from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { finiteDifferences } from './finite-differences.ts';
import { bundleForOracle, float64Oracle } from './float64-oracle.ts';

type Network = typeof import('./fixtures/small-network.ts');
type Widened = Omit<Network, 'lossAndGrads'> & { readonly lossAndGrads: (kernel: Float64Array, dense: Float64Array) => { loss: number; grads: Float64Array[] } };

const network = (): ReturnType<typeof bundleForOracle<Widened>> => bundleForOracle<Widened>(new URL('./fixtures/small-network.ts', import.meta.url));

beforeAll(async () => {
  await tf32.setBackend('cpu');
});

describe('float64Oracle', () => {
  it('computes in float64, the copy of the process stays in float32', async () => {
    const tf = await float64Oracle();
    expect(tf.exp(tf.scalar(1)).dataSync()).toEqual(new Float64Array([Math.E]));
    expect(tf32.exp(tf32.scalar(1)).dataSync()).toEqual(new Float32Array([Math.E]));
    expect(tf.getKernelsForBackend('cpu')).toHaveLength(tf32.getKernelsForBackend('cpu').length);
  });

  it('keeps dtypes, numbers beyond float32 and integers apart', async () => {
    const tf = await float64Oracle();
    const x = tf.tensor(new Float64Array([1e300, 1 + 2 ** -40]));
    expect([x.dtype, Array.from(tf.mul(x, 1).dataSync())]).toEqual(['float32', [1e300, 1 + 2 ** -40]]);
    expect(tf.cast(x, 'bool').dataSync()).toBeInstanceOf(Uint8Array);
    expect(tf.tensor([3, 4], [2], 'int32').dataSync()).toBeInstanceOf(Int32Array);
    expect(Array.from(tf.sum(tf.tensor([1, 1e-12, 1e-12])).dataSync())).toEqual([expect.closeTo(1 + 2e-12, 15)]);
  });

  it('shares no tensors with the copy of the process', async () => {
    const tf = await float64Oracle();
    const before = tf32.memory().numTensors;
    tf.zeros([3]);
    expect(tf32.memory().numTensors).toBe(before);
    expect(tf.engine()).not.toBe(tf32.engine());
  });

  it('is made once', async () => {
    expect(await float64Oracle()).toBe(await float64Oracle());
  });
});

describe('bundleForOracle', () => {
  it('agrees with finite differences of a small network to 1e-9', async () => {
    const { lossAndGrads } = await network();
    const at = [18, 54].map((size, k) => Float64Array.from({ length: size }, (_, i) => Math.cos(i + 10 * k) / 2));
    const { grads } = lossAndGrads(at[0]!, at[1]!);
    const differences = finiteDifferences((kernel, dense) => lossAndGrads(kernel, dense).loss, at);
    grads.forEach((grad, k) => {
      const scale = Math.max(...grad.map(Math.abs));
      const worst = Math.max(...grad.map((g, i) => Math.abs(g - differences[k]![i]!))) / scale;
      expect(scale).toBeGreaterThan(1e-3);
      expect(worst).toBeLessThan(1e-9);
    });
  });

  it('registers gradients for the bundle alone', async () => {
    const { tf, floatArray } = await network();
    expect(floatArray).toBe(Float64Array);
    expect(tf.getGradient('Tanh')).toBeDefined();
    expect(tf32.getGradient('Tanh')).toBeUndefined();
    expect((await float64Oracle()).getGradient('Tanh')).toBeUndefined();
  });

  it('merges entries, which see the same TensorFlow.js', async () => {
    const bundle = await bundleForOracle<Network & typeof import('./finite-differences.ts')>(
      new URL('./fixtures/small-network.ts', import.meta.url), new URL('./finite-differences.ts', import.meta.url));
    expect(Object.keys(bundle).sort()).toEqual(['directionalDifference', 'finiteDifferences', 'floatArray', 'jacobianDifference', 'lossAndGrads', 'tf']);
  });
});
