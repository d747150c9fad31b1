import { expectNoLeaks } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { emaWarmUp, movingAverage } from './ema.ts';

beforeAll(() => tf.setBackend(plainBackEnd));

describe('movingAverage', () => {
  it('follows the definition', () => {
    const average = { params: { w: tf.tensor1d([1, 2]) }, buffers: { m: tf.scalar(0) } };
    const values = { params: { w: tf.tensor1d([3, 2]) }, buffers: { m: tf.scalar(10) }, step: tf.scalar(7) };
    const next = movingAverage(average, values, tf.scalar(0.1));
    expect(next.params.w.arraySync()).toEqual([1 + 0.1 * 2, 2].map(Math.fround));
    expect(next.buffers.m.arraySync()).toBe(1);
    expect(Object.keys(next)).toEqual(['params', 'buffers']);
  });

  it('at a decay of 0.999999 is right where 1 - decay in float32 is 1.3 % off', () => {
    const steps = 200;
    let average = { w: tf.scalar(0) };
    for (let step = 0; step < steps; step++) average = movingAverage(average, { w: tf.scalar(1) }, tf.scalar(1e-6));
    const exact = -Math.expm1(steps * Math.log(1 - 1e-6));
    expect(Math.abs(average.w.dataSync()[0]! / exact - 1)).toBeLessThan(1e-5);
    expect((1 - Math.fround(0.999999)) / 1e-6 - 1).toBeGreaterThan(0.01); // what a decay as input would give
  });

  it('takes over tensors that are not float32', () => {
    expect(movingAverage({ n: tf.scalar(1, 'int32') }, { n: tf.scalar(5, 'int32') }, tf.scalar(0.1)).n.dataSync()[0]).toBe(5);
  });

  it('names a value that is missing', () => {
    expect(() => movingAverage({ a: { b: tf.scalar(1) } }, { a: {} }, tf.scalar(1))).toThrow('movingAverage: values must hold a.b');
  });

  it('leaves its results only', async () => {
    const [average, values, rate] = [{ w: tf.scalar(0), n: tf.scalar(1, 'int32') }, { w: tf.scalar(1), n: tf.scalar(1, 'int32') }, tf.scalar(0.5)];
    await expectNoLeaks(() => movingAverage(average, values, rate));
  });
});

describe('emaWarmUp', () => {
  it('copies at first, and ends at the rate', () => {
    const rate = emaWarmUp({ rate: 0.001 });
    expect(rate(0)).toBe(1);
    expect(rate(999)).toBeCloseTo(0.01, 12);
    expect(rate(1e6)).toBe(0.001);
    expect(emaWarmUp({ rate: 0.001, power: 1 })(99)).toBeCloseTo(0.01, 12);
  });

  it('refuses bad options', () => {
    expect(() => emaWarmUp({ rate: 0 })).toThrow('emaWarmUp: rate must be in (0, 1], got 0');
    expect(() => emaWarmUp({ rate: 0.1, power: -1 })).toThrow('emaWarmUp: power must be >= 0 and finite, got -1');
  });
});
