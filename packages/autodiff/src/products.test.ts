import { expectNoLeaks } from '@mixwell/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { compile, grad, hvp, vjp } from './index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe.each(backEnds)('vjp on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  const step = (state: { w: tf.Tensor }, x: tf.Tensor): { w: tf.Tensor; norm: tf.Tensor } => ({ w: tf.mul(state.w, x), norm: tf.sum(tf.square(state.w)) });
  const cotangent = (): ReturnType<typeof step> => ({ w: tf.tensor([1, 10]), norm: tf.scalar(100) });

  it('multiplies a cotangent with the Jacobian of a tree', () => {
    const { value, grads: [state, x] } = vjp(step, cotangent(), { wrt: [0, 1] })({ w: tf.tensor([1, 2]) }, tf.tensor([3, 4]));
    expect([values(value.w), values(value.norm)]).toEqual([[3, 8], [5]]);
    expect(values(state.w)).toEqual([3 + 200, 40 + 400]);
    expect(values(x)).toEqual([1, 20]);
  });

  it('takes results that are integers, arguments, captured or no tensors, and arguments that are not used', () => {
    const captured = tf.tensor([5, 6]);
    const many = (p: { w: tf.Tensor; unused: tf.Tensor; labels: tf.Tensor }) => ({ square: tf.square(p.w), w: p.w, best: tf.argMax(p.w), captured, name: 'x', none: null });
    const args = { w: tf.tensor([1, 3]), unused: tf.zeros([2, 2]), labels: tf.tensor1d([1, 2], 'int32') };
    const along = { square: tf.tensor([1, 10]), w: tf.tensor([100, 1000]), best: tf.scalar(7, 'int32'), captured: tf.tensor([1, 1]), name: 'x', none: null };
    const { value, grads } = vjp(many, along)(args);
    expect([values(value.w), values(value.best), values(value.captured), value.name]).toEqual([[1, 3], [1], [5, 6], 'x']);
    expect([values(grads.w), values(grads.unused), values(grads.labels)]).toEqual([[102, 1060], [0, 0, 0, 0], [0, 0]]);
    value.w.dispose();
    expect([values(args.w), values(captured)]).toEqual([[1, 3], [5, 6]]);
  });

  it('pairs cotangent and result by key, not by order', () => {
    const { grads } = vjp(step, { norm: tf.scalar(100), w: tf.tensor([1, 10]) })({ w: tf.tensor([1, 2]) }, tf.tensor([3, 4]));
    expect(values(grads.w)).toEqual([3 + 200, 40 + 400]);
  });

  it('is differentiated itself, also when compiled', () => {
    // the pullback of x³ is 3x²·c
    const pulled = (x: tf.Tensor, along: tf.Tensor): tf.Tensor => tf.sum(vjp((y: tf.Tensor) => tf.pow(y, 3), along)(x).grads);
    const both = compile((x: tf.Tensor, along: tf.Tensor) => grad(pulled, { wrt: [0, 1] })(x, along));
    expect(both(tf.tensor([1, 2]), tf.tensor([10, 100])).map(values)).toEqual([[60, 1200], [3, 12]]);
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

describe.each(backEnds)('hvp on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  // x₀²·x₁ + y³ has the Hessian [[2x₁, 2x₀, 0], [2x₀, 0, 0], [0, 0, 6y]]
  const f = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => tf.add(tf.mul(tf.square(tf.gather(x, 0)), tf.gather(x, 1)), tf.pow(y, 3));

  it('multiplies the Hessian with a direction', () => {
    expect(values(hvp(f, tf.tensor([1, 10]))(tf.tensor([2, 3]), tf.scalar(5)))).toEqual([6 + 40, 4]);
    const [byX, byY] = hvp(f, [tf.tensor([1, 10]), tf.scalar(2)], { wrt: [0, 1] })(tf.tensor([2, 3]), tf.scalar(5));
    expect([...values(byX), ...values(byY)].map((v) => Math.round(v * 1e3) / 1e3)).toEqual([46, 4, 60]);
  });

  it('takes trees, objectives that give more than a loss, and arguments that are not used', () => {
    const params = { w: tf.tensor([2, 3]), b: [tf.scalar(5), tf.zeros([2])], labels: tf.tensor1d([1], 'int32') };
    const objective = (p: typeof params) => ({ loss: f(p.w, p.b[0]!), w: p.w, count: 2 });
    const product = hvp(objective, { w: tf.tensor([1, 10]), b: [tf.scalar(2), tf.ones([2])], labels: tf.tensor1d([9], 'int32') })(params);
    expect([product.w, ...product.b, product.labels].map(values)).toEqual([[46, 4], [expect.closeTo(60, 4)], [0, 0], [0]]);
  });

  it('runs compiled, and is differentiated itself', () => {
    const direction = tf.tensor([1, 10]);
    const run = compile((x: tf.Tensor, y: tf.Tensor, along: tf.Tensor) => hvp(f, along)(x, y));
    expect(values(run(tf.tensor([2, 3]), tf.scalar(5), direction))).toEqual([46, 4]);
    // by x₀: 20 + 2, by x₁: 2
    const third = compile((x: tf.Tensor, along: tf.Tensor) => grad((z: tf.Tensor) => tf.sum(hvp(f, along)(z, tf.scalar(5))))(x));
    expect(values(third(tf.tensor([2, 3]), direction))).toEqual([22, 2]);
  });

  it('leaks nothing', async () => {
    const [x, y, along] = [tf.tensor([2, 3]), tf.scalar(5), tf.tensor([1, 10])];
    await expectNoLeaks(() => hvp(f, along)(x, y));
  });

  it('refuses a direction of another shape', () => {
    expect(() => hvp(f, tf.tensor([1]))(tf.tensor([2, 3]), tf.scalar(5))).toThrow('hvp: direction must have shape [2], got [1]');
  });
});
