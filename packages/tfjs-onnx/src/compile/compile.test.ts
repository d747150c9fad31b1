import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../index.ts';
import type { CompileOptions } from './options.ts';
import type { DrawSource } from './tracing.ts';

beforeAll(() => tf.setBackend(BACKEND_NAME));

const backend = (): OnnxRuntimeBackend => tf.backend() as OnnxRuntimeBackend;

/** Compiles a function and counts how often it is traced. */
function counted<Args extends unknown[], Result>(fn: (...args: Args) => Result, options?: CompileOptions) {
  const body = vi.fn(fn);
  return { body, run: backend().compile((...args: Args) => body(...args), options) };
}

const values = (x: tf.Tensor): number[] => Array.from(x.dataSync());

/** A small seeded generator; splitting does not advance it. */
function generator(seed: number): DrawSource {
  let state = seed >>> 0;
  return {
    next: () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0),
    split: (key) => generator(seed ^ Math.imul(Number(key) + 1, 0x9e3779b1)),
    state: () => [state],
  };
}

/** As `randomUniform` of the tensor package: asks the back end first. */
function draw(rng: DrawSource, size: number): tf.Tensor {
  const fill = (source: DrawSource): Float32Array => Float32Array.from({ length: size }, () => source.next() / 2 ** 32);
  return backend().recordDraw(rng, fill, [size]) ?? tf.tensor(fill(rng), [size]);
}

describe('compile', () => {
  it('traces once per shape and type, and computes what the function computes', () => {
    const { body, run } = counted((x: tf.Tensor, y: tf.Tensor) => tf.add(tf.mul(x, 2), y));
    expect(values(run(tf.tensor([1, 2]), tf.tensor([10, 20])))).toEqual([12, 24]);
    expect(values(run(tf.tensor([3, 4]), tf.tensor([0, 1])))).toEqual([6, 9]);
    expect(body).toHaveBeenCalledTimes(1);
    expect(values(run(tf.tensor([3]), tf.tensor([1])))).toEqual([7]);
    expect(body).toHaveBeenCalledTimes(2);
    expect(values(run(tf.tensor([3], [1], 'int32'), tf.tensor([1])))).toEqual([7]);
    expect(body).toHaveBeenCalledTimes(3);
  });

  it('takes and gives trees', () => {
    const { run } = counted((state: { params: { w: tf.Tensor }; steps: tf.Tensor[] }) => ({
      params: { w: tf.neg(state.params.w) }, steps: state.steps.map((step) => tf.add(step, 1)), label: 'done', nothing: null,
    }));
    const result = run({ params: { w: tf.scalar(5) }, steps: [tf.scalar(1), tf.scalar(2)] });
    expect(values(result.params.w)).toEqual([-5]);
    expect(result.steps.map((step) => values(step)[0])).toEqual([2, 3]);
    expect(result).toMatchObject({ label: 'done', nothing: null });
  });

  it('treats numbers, strings and booleans as static, and warns when one keeps changing', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { body, run } = counted((x: tf.Tensor, options: { scale: number; negate: boolean }) => (options.negate ? tf.neg(x) : tf.mul(x, options.scale)));
    expect(values(run(tf.scalar(3), { scale: 2, negate: false }))).toEqual([6]);
    expect(values(run(tf.scalar(3), { scale: 2, negate: true }))).toEqual([-3]);
    expect(values(run(tf.scalar(4), { scale: 2, negate: false }))).toEqual([8]);
    expect(body).toHaveBeenCalledTimes(2);
    run(tf.scalar(3), { scale: 5, negate: false });
    expect(warn).not.toHaveBeenCalled();
    run(tf.scalar(3), { scale: 6, negate: false });
    expect(warn.mock.calls.join()).toContain('argument 1.scale');
    warn.mockRestore();
  });

  it('leaves arguments alone unless they are donated', () => {
    const { run } = counted((x: tf.Tensor) => tf.add(x, 1));
    const x = tf.scalar(1);
    run(x);
    expect(x.isDisposed).toBe(false);
    expect(values(x)).toEqual([1]);
  });

  it('consumes donated arguments: later use throws and names them', () => {
    const { run } = counted((state: { w: tf.Tensor }, x: tf.Tensor) => ({ w: tf.add(state.w, x) }), { donate: [0] });
    const first = { w: tf.scalar(1) };
    const x = tf.scalar(2);
    const second = run(first, x);
    expect(first.w.isDisposed).toBe(true);
    expect(x.isDisposed).toBe(false);
    expect(values(second.w)).toEqual([3]);
    expect(() => run(first, x)).toThrow(/argument 0\.w is disposed/);
    expect(() => first.w.dataSync()).toThrow(/disposed/);
  });

  it('gives a donated tensor that is returned back as a new one', () => {
    const { run } = counted((state: { w: tf.Tensor; frozen: tf.Tensor }) => ({ w: tf.add(state.w, 1), frozen: state.frozen }), { donate: [0] });
    const frozen = tf.scalar(7);
    const next = run({ w: tf.scalar(1), frozen });
    expect(frozen.isDisposed).toBe(true);
    expect(next.frozen).not.toBe(frozen);
    expect(values(run(next).frozen)).toEqual([7]);
  });

  it('keeps a clone of a donated tensor intact', () => {
    const { run } = counted((x: tf.Tensor) => tf.add(x, 1), { donate: [0] });
    const x = tf.scalar(1);
    const snapshot = tf.clone(x);
    run(x);
    expect(values(snapshot)).toEqual([1]);
  });

  it('freezes captured tensors, also after they are disposed', () => {
    const weights = tf.tensor([1, 2, 3]);
    const big = tf.mul(tf.ones([20_000]), 2);
    const { run } = counted((x: tf.Tensor) => tf.add(tf.mul(x, weights), tf.mean(big)));
    expect(values(run(tf.tensor([1, 1, 1])))).toEqual([3, 4, 5]);
    tf.dispose([weights, big]);
    expect(values(run(tf.tensor([2, 2, 2])))).toEqual([4, 6, 8]);
  });

  it('returns captured tensors, arguments, views and one result twice', () => {
    const captured = tf.scalar(9);
    const { run } = counted((x: tf.Tensor) => {
      const y = tf.neg(x);
      return { captured, x, flat: tf.reshape(y, [4]), y, again: y };
    });
    const x = tf.tensor([[1, 2], [3, 4]]);
    const result = run(x);
    expect(result.x).not.toBe(x);
    expect(result.flat.shape).toEqual([4]);
    expect(values(result.flat)).toEqual([-1, -2, -3, -4]);
    tf.dispose([result.y, result.captured, result.x]);
    expect(values(result.again)).toEqual([-1, -2, -3, -4]);
    expect(values(captured)).toEqual([9]);
    expect(values(x)).toEqual([1, 2, 3, 4]);
  });

  it('takes arguments that have not been computed yet, and reshaped ones', () => {
    const { run } = counted((x: tf.Tensor) => tf.sum(x, 0));
    expect(values(run(tf.reshape(tf.add(tf.tensor([1, 2, 3, 4]), 1), [2, 2])))).toEqual([6, 8]);
  });

  it('refuses to read a value while tracing, and works afterwards', () => {
    const { run } = counted(function clip(x: tf.Tensor) { return tf.mul(x, tf.max(x).dataSync()[0]!); });
    expect(() => run(tf.tensor([1, 2]))).toThrow(/reads the elements of the result of Max/);
    expect(values(tf.add(tf.scalar(1), 1))).toEqual([2]);
  });

  it('rejects an asynchronous read', async () => {
    let read: Promise<unknown> = Promise.resolve();
    const { run } = counted((x: tf.Tensor) => { read = tf.neg(x).data(); return x; });
    run(tf.scalar(1));
    await expect(read).rejects.toThrow(/while it is traced/);
  });

  it('refuses tensors that outlive the trace', () => {
    const variable = tf.variable(tf.scalar(0));
    const { run } = counted((x: tf.Tensor) => { variable.assign(tf.neg(x) as tf.Scalar); return tf.exp(x); });
    expect(() => run(tf.scalar(1))).toThrow(/assigned to a tf\.Variable/);
  });

  it('refuses promises, class instances and kernels without an ONNX form', () => {
    expect(() => counted((x: tf.Tensor) => Promise.resolve(x)).run(tf.scalar(1))).toThrow(/got a promise/);
    expect(() => counted((x: Map<string, tf.Tensor>) => x.size).run(new Map())).toThrow(/got a Map/);
    expect(() => counted((x: tf.Tensor) => tf.unique(x).values).run(tf.tensor1d([1, 1]))).toThrow(/kernel Unique.* has no ONNX form/);
  });

  it('inlines a compiled function that is called while tracing', () => {
    const inner = counted((x: tf.Tensor) => tf.add(x, 1), { donate: [0] });
    const outer = counted((x: tf.Tensor) => tf.mul(inner.run(tf.neg(x)), 10));
    expect(values(outer.run(tf.scalar(3)))).toEqual([-20]);
    expect(values(outer.run(tf.scalar(4)))).toEqual([-30]);
    expect(inner.body).toHaveBeenCalledTimes(1);
  });

  it('draws tensors anew at each call, from the generator of that call, as an eager run would', () => {
    const noisy = (x: tf.Tensor, rng: DrawSource): tf.Tensor => {
      const first = draw(rng, 3);
      const branch = rng.split(7);
      const second = draw(branch, 3);
      const third = draw(rng, 3);
      return tf.add(x, tf.add(first, tf.add(tf.mul(second, 10), tf.mul(third, tf.add(draw(branch, 3), 100)))));
    };
    const { body, run } = counted(noisy);
    const compiledRng = generator(5);
    const eagerRng = generator(5);
    for (let step = 0; step < 3; step++) {
      const x = tf.tensor([step, 1, 2]);
      expect(values(run(x, compiledRng))).toEqual(values(noisy(x, eagerRng)));
    }
    expect(body).toHaveBeenCalledTimes(1);
    expect(compiledRng.state()).toEqual(eagerRng.state());
  });

  it('refuses host draws and foreign generators while tracing', () => {
    const foreign = generator(1);
    expect(() => counted((x: tf.Tensor, rng: DrawSource) => tf.mul(x, rng.next())).run(tf.scalar(1), generator(2))).toThrow(/next\(\) of the generator 1/);
    expect(() => counted((x: tf.Tensor) => tf.mul(x, draw(foreign, 1))).run(tf.scalar(1))).toThrow(/not an argument/);
  });

  it('returns a draw itself', () => {
    const { run } = counted((rng: DrawSource) => draw(rng, 2));
    expect(values(run(generator(3)))).toEqual(values(draw(generator(3), 2)));
  });

  it('refuses to be differentiated from outside', () => {
    const { run } = counted((x: tf.Tensor) => tf.square(x));
    expect(() => tf.grad((x: tf.Tensor) => run(x))(tf.scalar(3))).toThrow(/take the gradient inside/);
  });

  it('leaks nothing in 1,000 calls', () => {
    const { run } = counted((state: { w: tf.Tensor }, x: tf.Tensor, rng: DrawSource) => {
      const w = tf.add(state.w, tf.mul(x, draw(rng, 4)));
      return { state: { w }, loss: tf.sum(w) };
    }, { donate: [0] });
    const rng = generator(1);
    let state = run({ w: tf.zeros([4]) }, tf.ones([4]), rng).state;
    const before = { ...tf.memory(), ids: backend().numDataIds() };
    for (let step = 0; step < 1000; step++) {
      const x = tf.ones([4]);
      const result = run(state, x, rng);
      state = result.state;
      tf.dispose([x, result.loss]);
    }
    expect({ ...tf.memory(), ids: backend().numDataIds() }).toEqual(before);
  });

  it('survives a reset of the engine', async () => {
    const weights = tf.tensor([1, 2]);
    const { run } = counted((x: tf.Tensor) => tf.mul(x, weights));
    expect(values(run(tf.tensor([1, 1])))).toEqual([1, 2]);
    tf.engine().reset();
    await tf.setBackend(BACKEND_NAME);
    expect(values(run(tf.tensor([3, 3])))).toEqual([3, 6]);
  });
});
