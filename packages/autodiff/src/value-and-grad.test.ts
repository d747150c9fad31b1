import { expectNoLeaks } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { backEnds } from './fixtures/back-ends.ts';
import { grad, registerGradients, valueAndGrad } from './index.ts';

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe.each(backEnds)('valueAndGrad on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it('gives the value, and the gradient of the first argument', () => {
    const { value, grads, aux } = valueAndGrad((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.mul(tf.square(x), y)))(tf.tensor([1, 2]), tf.tensor([3, 4]));
    expect(values(value)).toEqual([19]);
    expect(values(grads)).toEqual([6, 16]);
    expect(aux).toEqual({});
  });

  it('differentiates by a position, or by several in any order', () => {
    const f = (x: tf.Tensor, y: tf.Tensor, scale: number): tf.Tensor => tf.mul(tf.sum(tf.mul(x, y)), scale);
    const [x, y] = [tf.tensor([1, 2]), tf.tensor([3, 4])];
    expect(values(grad(f, { wrt: 1 })(x, y, 10))).toEqual([10, 20]);
    const [byY, byX] = grad(f, { wrt: [1, 0] })(x, y, 10);
    expect([values(byY), values(byX)]).toEqual([[10, 20], [30, 40]]);
  });

  it('takes trees, and gives gradients of their shape; leaves that are no tensors pass through', () => {
    const params = Object.assign(Object.create(null) as Record<string, tf.Tensor>, { 'fc.weight': tf.tensor([1, 2]) });
    const tree = { params, layers: [tf.scalar(3), tf.scalar(4)], name: 'net', depth: 2, none: null };
    const grads = grad((t: typeof tree) => tf.sum(tf.mul(tf.mul(t.params['fc.weight']!, t.layers[0]!), t.depth)))(tree);
    expect(values(grads.params['fc.weight']!)).toEqual([6, 6]);
    expect(grads.layers.map(values)).toEqual([[6], [0]]);
    expect(Object.getPrototypeOf(grads.params)).toBe(null);
    expect(grads).toMatchObject({ name: 'net', depth: 2, none: null });
  });

  it('gives zeros for what the loss does not use, and for integers and booleans', () => {
    const args = { used: tf.tensor([2]), unused: tf.zeros([2, 0, 3]), labels: tf.tensor1d([1, 0], 'int32'), flags: tf.tensor1d([true], 'bool') };
    const grads = grad((a: typeof args) => tf.sum(tf.mul(tf.square(a.used), tf.sum(tf.cast(a.labels, 'float32')))))(args);
    expect(Object.values(grads).map((g) => [g.dtype, g.shape])).toEqual([['float32', [1]], ['float32', [2, 0, 3]], ['float32', [2]], ['float32', [1]]]);
    expect([values(grads.used), values(grads.labels), values(grads.flags)]).toEqual([[4], [0, 0], [0]]);
    expect(values(grad((x: tf.Tensor) => tf.add(tf.mul(tf.sum(tf.zeros(x.shape)), 1), 5))(tf.tensor([1, 2])))).toEqual([0, 0]);
  });

  it('needs nothing to differentiate by', () => {
    const { value, grads, aux } = valueAndGrad((_: object, x: tf.Tensor) => ({ loss: tf.sum(x), double: tf.mul(x, 2) }))({}, tf.tensor([1, 2]));
    expect([values(value), grads, values(aux.double)]).toEqual([[3], {}, [2, 4]]);
  });

  it('returns what else the objective gives, as new tensors', () => {
    const captured = tf.scalar(7);
    const x = tf.tensor([1, 2]);
    const { value, aux } = valueAndGrad((z: tf.Tensor) => ({ loss: tf.sum(z), z, captured, parts: [tf.neg(z)], count: 2, label: 'x' }))(x);
    expect([values(aux.z), values(aux.captured), values(aux.parts[0]!), aux.count, aux.label]).toEqual([[1, 2], [7], [-1, -2], 2, 'x']);
    tf.dispose([value, aux.z, aux.captured, aux.parts]);
    expect([values(x), values(captured)]).toEqual([[1, 2], [7]]);
  });

  it('keeps apart what only looks the same: one tensor as two arguments, or captured', () => {
    const x = tf.scalar(3);
    const [a, b] = grad((y: tf.Tensor, z: tf.Tensor) => tf.mul(tf.square(y), z), { wrt: [0, 1] })(x, x);
    expect([values(a), values(b)]).toEqual([[18], [9]]);
    expect(values(grad((y: tf.Tensor) => tf.mul(y, x))(x))).toEqual([3]);
  });

  it('gives an argument that is the loss the gradient 1', () => {
    const x = tf.scalar(3);
    const { value, grads } = valueAndGrad((y: tf.Tensor) => y)(x);
    expect([values(value), values(grads)]).toEqual([[3], [1]]);
    expect(value).not.toBe(x);
  });

  it('takes variables', () => {
    const v = tf.variable(tf.tensor([1, 2]));
    expect(values(grad((w: tf.Tensor) => tf.sum(tf.square(w)))(v))).toEqual([2, 4]);
    v.dispose();
  });

  it('works inside of itself, to any order', () => {
    const cube = (x: tf.Tensor): tf.Tensor => tf.mul(tf.square(x), x);
    const derivatives = [cube, grad(cube), grad(grad(cube)), grad(grad(grad(cube))), grad(grad(grad(grad(cube))))];
    expect(derivatives.map((f) => values(f(tf.scalar(2)))[0])).toEqual([8, 12, 12, 6, 0]);
  });

  it('works inside of the gradient function of a custom gradient', () => {
    const cube = (x: tf.Tensor): tf.Tensor => tf.sum(tf.pow(x, 3));
    const attached = tf.customGrad((x, save) => {
      (save as tf.GradSaveFunc)([x as tf.Tensor]);
      return { value: cube(x as tf.Tensor), gradFunc: (dy, [saved]) => tf.mul(dy, grad(cube)(saved!)) };
    });
    const f = (x: tf.Tensor): tf.Tensor => tf.square(attached(x));
    const x = tf.tensor([2]);
    expect(values(tf.grad(f)(x))).toEqual([expect.closeTo(2 * 8 * 12, 3)]);
    expect(values(grad((y: tf.Tensor) => tf.sum(grad(f)(y)))(x))).toEqual([expect.closeTo(30 * 16, 2)]);
  });

  it('differentiates what comes back as aux of an inner call', () => {
    const inner = valueAndGrad((x: tf.Tensor) => ({ loss: tf.sum(x), squares: tf.square(x) }));
    expect(values(grad((x: tf.Tensor) => tf.sum(inner(x).aux.squares))(tf.tensor([1, 2])))).toEqual([2, 4]);
  });

  it('works inside of tf.tidy, which disposes what is not returned', () => {
    const before = tf.memory().numTensors;
    const result = tf.tidy(() => valueAndGrad((x: tf.Tensor) => ({ loss: tf.sum(x), twice: tf.mul(x, 2) }))(tf.tensor([1, 2])).grads);
    expect(values(result)).toEqual([1, 1]);
    expect(tf.memory().numTensors).toBe(before + 1);
    result.dispose();
  });

  it('leaks nothing, at any order, and leaves its arguments alone', async () => {
    const x = { w: tf.tensor([0.1, 0.2]), unused: tf.scalar(1) };
    const objective = (p: typeof x): { loss: tf.Tensor; hidden: tf.Tensor } => {
      const hidden = tf.tanh(p.w);
      return { loss: tf.sum(tf.exp(hidden)), hidden };
    };
    await expectNoLeaks(() => valueAndGrad(objective)(x));
    await expectNoLeaks(() => grad((p: typeof x) => tf.sum(tf.square(grad(objective)(p).w)))(x));
    expect(values(x.w)).toEqual([expect.closeTo(0.1), expect.closeTo(0.2)]);
  });
});

describe.each(backEnds)('what throws in valueAndGrad on %s', (backEnd) => {
  beforeAll(() => tf.setBackend(backEnd));

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['the objective', (x) => { throw new Error(`no ${tf.exp(x).size}`); }],
    ['a gradient inside of a rule', (x) => tf.customGrad((y) => ({ value: tf.sum(y as tf.Tensor), gradFunc: (dy) => grad((z: tf.Tensor): tf.Tensor => { throw new Error(`no ${tf.exp(z).size}`); })(dy) }))(x)],
    ['a kernel without gradient', (x) => tf.sum(tf.mul(tf.exp(x), tf.unique(x).values))],
    ['a loss that is not a scalar', tf.exp],
    ['an inner gradient', (x) => tf.sum(grad((y: tf.Tensor) => tf.exp(y))(tf.exp(x)))],
  ])('leaves nothing behind: %s', async (_, objective) => {
    const x = tf.tensor([1, 2]);
    await expectNoLeaks(() => { expect(() => valueAndGrad((y: tf.Tensor) => ({ loss: objective(y), aux: tf.neg(y) }))(x)).toThrow(); });
    expect(values(grad((y: tf.Tensor) => tf.sum(tf.square(y)))(x))).toEqual([2, 4]);
  });
});

describe('valueAndGrad', () => {
  beforeAll(() => tf.setBackend(plainBackEnd));

  it('refuses a loss that is not a scalar, naming its shape', () => {
    expect(() => grad((x: tf.Tensor) => tf.square(x))(tf.tensor([1, 2]))).toThrow(new RangeError('valueAndGrad: the loss must be a scalar, got shape [2]'));
    expect(() => grad((x: tf.Tensor) => ({ loss: tf.cast(x, 'int32') }))(tf.scalar(1))).toThrow('valueAndGrad: the loss must be float32, got int32');
    expect(() => grad((x: number) => ({ x }) as unknown as { loss: tf.Tensor })(1)).toThrow(TypeError);
  });

  it('refuses a position without argument', () => {
    expect(() => grad((x: tf.Tensor) => x, { wrt: 1 as 0 })(tf.scalar(1))).toThrow(new RangeError('valueAndGrad: wrt must be positions of the 1 arguments, got 1'));
    expect(() => grad((x: tf.Tensor) => x, { wrt: [-1 as 0] })(tf.scalar(1))).toThrow(RangeError);
  });

  it('names a kernel that has no gradient', () => {
    expect(() => grad((x: tf.Tensor) => tf.sum(tf.unique(x).values))(tf.tensor([1, 2]))).toThrow(/^Unique: has no gradient, because the shape/);
  });

  it.each<[string, string, (x: tf.Tensor) => tf.Tensor]>([
    ['Real', 'TensorFlow.js hands back float32 gradients only', (x) => tf.real(tf.fft(tf.complex(x, tf.zerosLike(x)) as tf.Tensor))],
    ['Multinomial', 'a draw does not move with the odds', (x) => tf.cast(tf.multinomial(x as tf.Tensor1D, 3, 1), 'float32')],
    ['NonMaxSuppressionV5', 'its scores decay', (x) => tf.image.nonMaxSuppressionWithScore(tf.tensor2d([[0, 0, 1, 1], [0, 0, 0.9, 0.9]]), x as tf.Tensor1D, 2)['selectedScores']!],
  ])('says why %s has no gradient', (kernel, because, f) => {
    expect(() => grad((x: tf.Tensor) => tf.sum(f(x)))(tf.tensor([1, 2]))).toThrow(new RegExp(`^${kernel}: has no gradient, because ${because}.*; `));
  });

  it('leaves a gradient alone that somebody has registered for a kernel that has none here', () => {
    const own: tf.GradConfig = { kernelName: 'Unique', gradFunc: (dy) => ({ x: () => tf.neg((dy as unknown as tf.Tensor[])[0]!) }) };
    tf.unregisterGradient('Unique');
    tf.registerGradient(own);
    expect(values(grad((x: tf.Tensor) => tf.sum(tf.unique(x).values))(tf.tensor([1, 2])))).toEqual([-1, -1]);
    tf.unregisterGradient('Unique');
    registerGradients();
    expect(() => grad((x: tf.Tensor) => tf.sum(tf.unique(x).values))(tf.tensor([1, 2]))).toThrow(/^Unique: has no gradient/);
  });

  it('takes the place of gradients that were registered later', () => {
    const wrong: tf.GradConfig = { kernelName: 'Exp', gradFunc: (dy) => ({ x: () => tf.zerosLike(dy as tf.Tensor) }) };
    tf.registerGradient(wrong);
    expect(values(grad((x: tf.Tensor) => tf.exp(x))(tf.scalar(0)))).toEqual([1]);
    tf.registerGradient(wrong);
    expect(values(tf.grad((x: tf.Tensor) => tf.exp(x))(tf.scalar(0)))).toEqual([0]);
    registerGradients();
    expect(values(tf.grad((x: tf.Tensor) => tf.exp(x))(tf.scalar(0)))).toEqual([1]);
  });
});
