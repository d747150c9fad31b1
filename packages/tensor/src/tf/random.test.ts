import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kolmogorov, normalDistribution } from '../random/fixtures.ts';
import { normal } from '../random/normal.ts';
import { createRng, type Rng } from '../random/rng.ts';
import { uniform } from '../random/uniform.ts';
import { randomNormal } from './random-normal.ts';
import { randomUniform } from './random-uniform.ts';

const constant = (bits: number): Rng => ({ next: () => bits, split: () => constant(bits), state: () => ({ key: [], generator: [] }) });

describe('randomUniform', () => {
  it('gives what uniform gives one by one, as float32', () => {
    const [a, b] = [createRng(1), createRng(1)];
    const x = randomUniform(a, [50, 2], -3, 5);
    expect([x.dtype, x.shape]).toEqual(['float32', [50, 2]]);
    expect(Array.from(x.dataSync())).toEqual(Array.from({ length: 100 }, () => Math.fround(uniform(b, -3, 5))));
    expect(a.state()).toEqual(b.state());
  });

  it('is spread evenly', () => {
    expect(kolmogorov(Float64Array.from(randomUniform(createRng(2), [40_000]).dataSync()), (x) => x)).toBeLessThan(1.95);
  });

  it('never reaches the end, where float32 would round to it', () => {
    const largest = (low: number, high: number): number => randomUniform(constant(2 ** 32 - 1), [1], low, high).dataSync()[0]!;
    expect([largest(0, 1), largest(1, 2), largest(-1, 0), largest(-2, -1), largest(0, 2 ** -149)]).toEqual([1 - 2 ** -24, 2 - 2 ** -23, -(2 ** -53), -1 - 2 ** -23, 0]);
    fc.assert(fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.float({ noNaN: true, noDefaultInfinity: true }), (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      const value = largest(low, high);
      expect(value >= low && (value < high || low === high)).toBe(true);
    }), { seed: 1, numRuns: 500 });
    expect(largest(0.1, 0.1 + 1e-12)).toBe(Math.fround(0.1));
  });

  it('refuses a range or a shape that is none', () => {
    expect(() => randomUniform(createRng(1), [2], 1, 0)).toThrow(new RangeError('randomUniform: low and high must be finite with low <= high, got 1 and 0'));
    expect(() => randomUniform(createRng(1), [-2])).toThrow(new RangeError('randomUniform: shape must be whole numbers >= 0, got [-2]'));
  });
});

describe('randomNormal', () => {
  it('gives what normal gives one by one, as float32', () => {
    const [a, b] = [createRng(1), createRng(1)];
    const x = randomNormal(a, [3, 5], 10, 0.5);
    expect([x.dtype, x.shape]).toEqual(['float32', [3, 5]]);
    expect(Array.from(x.dataSync())).toEqual(Array.from({ length: 15 }, () => Math.fround(normal(b, 10, 0.5))));
    expect(a.state()).toEqual(b.state());
  });

  it('is normal', () => {
    expect(kolmogorov(Float64Array.from(randomNormal(createRng(2), [40_000]).dataSync()), normalDistribution)).toBeLessThan(1.95);
  });

  it('makes scalars and empty tensors', () => {
    expect(randomNormal(createRng(1), []).shape).toEqual([]);
    expect(randomNormal(createRng(1), [0, 3]).shape).toEqual([0, 3]);
  });

  it('refuses a standard deviation or a shape that is none', () => {
    expect(() => randomNormal(createRng(1), [2], 0, -1)).toThrow(new RangeError('randomNormal: std must be finite and >= 0, got -1'));
    expect(() => randomNormal(createRng(1), [0.5])).toThrow(new RangeError('randomNormal: shape must be whole numbers >= 0, got [0.5]'));
  });
});

describe('a draw', () => {
  type Fill = (rng: Rng) => Float32Array;
  /** Gives the CPU back end what a back end that compiles has. */
  function recording(recordDraw: (rng: Rng, fill: Fill, shape: readonly number[]) => tf.Tensor | null): void {
    const backend = tf.backend() as { recordDraw?: typeof recordDraw };
    backend.recordDraw = recordDraw;
    onTestFinished(() => { delete backend.recordDraw; });
  }

  it('is recorded, and not made, while a function is traced; its fill draws from the stream of each call', () => {
    const fills: Fill[] = [];
    const standIn = tf.zeros([2, 2]);
    const refuse = (): never => { throw new Error('drawn while traced'); };
    const traced: Rng = { next: refuse, split: refuse, state: refuse };
    recording((rng, fill, shape) => {
      expect(rng).toBe(traced);
      expect(shape).toEqual([2, 2]);
      fills.push(fill);
      return standIn;
    });
    expect(randomUniform(traced, [2, 2], 1, 2)).toBe(standIn);
    expect(randomNormal(traced, [2, 2])).toBe(standIn);
    const [a, b] = [createRng(1), createRng(1)];
    for (let call = 0; call < 2; call++) {
      expect(Array.from(fills[0]!(a))).toEqual(Array.from({ length: 4 }, () => Math.fround(uniform(b, 1, 2))));
      expect(Array.from(fills[1]!(a))).toEqual(Array.from({ length: 4 }, () => Math.fround(normal(b))));
    }
  });

  it('is made where the back end traces nothing', () => {
    recording(() => null);
    expect(Array.from(randomUniform(createRng(1), [1]).dataSync())).toEqual([Math.fround(uniform(createRng(1)))]);
  });

  it('checks its arguments while traced too', () => {
    recording(() => tf.scalar(0));
    expect(() => randomUniform(createRng(1), [1], 1, 0)).toThrow(RangeError);
    expect(() => randomNormal(createRng(1), [1], 0, NaN)).toThrow(RangeError);
  });
});
