import '@tensorflow/tfjs-backend-cpu';
import { expectNoLeaks } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { hvp, vjp } from './index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

beforeAll(() => tf.setBackend('cpu'));

describe('vjp', () => {
  const step = (state: { w: tf.Tensor }, x: tf.Tensor): { w: tf.Tensor; norm: tf.Tensor } => ({ w: tf.mul(state.w, x), norm: tf.sum(tf.square(state.w)) });
  const cotangent = (): ReturnType<typeof step> => ({ w: tf.tensor([1, 10]), norm: tf.scalar(100) });

  it('multiplies a cotangent with the Jacobian of a tree', () => {
    const { value, grads: [state, x] } = vjp(step, cotangent(), { wrt: [0, 1] })({ w: tf.tensor([1, 2]) }, tf.tensor([3, 4]));
    expect([values(value.w), values(value.norm)]).toEqual([[3, 8], [5]]);
    expect(values(state.w)).toEqual([3 + 200, 40 + 400]);
    expect(values(x)).toEqual([1, 20]);
  });

  it('leaks nothing', async () => {
    const [state, x, along] = [{ w: tf.tensor([1, 2]) }, tf.tensor([3, 4]), cotangent()];
    await expectNoLeaks(() => vjp(step, along)(state, x));
  });

  it('refuses a cotangent of another shape', () => {
    expect(() => vjp((x: tf.Tensor) => x, tf.scalar(1) as tf.Tensor)(tf.tensor([1, 2]))).toThrow(new RangeError('vjp: cotangent must have shape [2], got []'));
    expect(() => vjp((x: tf.Tensor): tf.Tensor[] => [x], [] as tf.Tensor[])(tf.scalar(1))).toThrow('vjp: cotangent: 0 must have shape [], got nothing');
  });
});

describe('hvp', () => {
  // x₀²·x₁ + y³ has the Hessian [[2x₁, 2x₀, 0], [2x₀, 0, 0], [0, 0, 6y]]
  const f = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.add(tf.mul(tf.square(tf.gather(x, 0)), tf.gather(x, 1)), tf.pow(y, 3));

  it('multiplies the Hessian with a direction', () => {
    expect(values(hvp(f, tf.tensor([1, 10]))(tf.tensor([2, 3]), tf.scalar(5)))).toEqual([6 + 40, 4]);
    const [byX, byY] = hvp(f, [tf.tensor([1, 10]), tf.scalar(2)], { wrt: [0, 1] })(tf.tensor([2, 3]), tf.scalar(5));
    expect([...values(byX), ...values(byY)].map((v) => Math.round(v * 1e3) / 1e3)).toEqual([46, 4, 60]);
  });

  it('refuses a direction of another shape', () => {
    expect(() => hvp(f, tf.tensor([1]))(tf.tensor([2, 3]), tf.scalar(5))).toThrow('hvp: direction must have shape [2], got [1]');
  });
});
