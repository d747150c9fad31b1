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

  it('tells static values apart that JSON does not', () => {
    const { body, run } = counted((x: tf.Tensor, y: number | string | boolean | null | undefined) => tf.mul(x, typeof y === 'number' && !Number.isFinite(y) ? (Number.isNaN(y) ? 1 : Math.sign(y) * 2) : 0));
    const results = [NaN, Infinity, -Infinity, 0, -0, null, undefined, 'null', 'NaN', true].map((y) => values(run(tf.scalar(3), y))[0]);
    expect(results).toEqual([3, 6, -6, 0, 0, 0, 0, 0, 0, 0]);
    expect(body).toHaveBeenCalledTimes(10);
  });

  it('takes a last smaller batch and growing heads as other shapes, each traced once', () => {
    const { body, run } = counted((state: { head: tf.Tensor }, x: tf.Tensor) => ({ state: { head: tf.add(state.head, 1) }, y: tf.matMul(x as tf.Tensor2D, state.head as tf.Tensor2D) }), { donate: [0] });
    let state: { head: tf.Tensor } = { head: tf.zeros([3, 2]) };
    for (let epoch = 0; epoch < 2; epoch++) {
      for (const rows of [8, 8, 5]) {
        const result = run(state, tf.ones([rows, 3]));
        expect(result.y.shape).toEqual([rows, 2 + epoch]);
        state = result.state;
      }
      const grown = { head: tf.concat([state.head, tf.zeros([3, 1])], 1) };
      tf.dispose(state);
      state = grown;
    }
    expect(body).toHaveBeenCalledTimes(4);
    expect(Array.from(state.head.dataSync().slice(0, 4))).toEqual([6, 6, 3, 0]);
  });

  it('warns once when more combinations of shapes come than stay compiled, naming the argument', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const { run } = { run: backend().compile(function pad(_: { w: tf.Tensor }, x: tf.Tensor) { return tf.neg(x); }) };
    for (let rows = 1; rows <= 20; rows++) run({ w: tf.ones([2]) }, tf.ones([rows]));
    expect(warn.mock.calls.map(([text]) => String(text)).filter((text) => text.includes('pad'))).toEqual([
      'onnxruntime: pad: argument 1 (now float32[17]) keeps changing its shape, and only the last 16 combinations stay compiled; pad it to a few sizes',
    ]);
    warn.mockRestore();
  });

  it('refuses to donate what is no argument', () => {
    expect(() => counted((x: tf.Tensor) => tf.neg(x), { donate: [1] }).run(tf.scalar(1))).toThrow(new RangeError('compile: compiled function: donate must be positions of the 1 arguments, got 1'));
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
    expect(() => run(first, x)).toThrow('argument 0.w is disposed (was it donated to an earlier call?)');
    const gone = 'onnxruntime: this tensor, float32[], was donated to compiled function, which disposed it; use what that returned, or tf.clone the tensor before the call';
    for (const use of [() => first.w.dataSync(), () => tf.add(first.w, 1), () => tf.clone(first.w), () => tf.concat([tf.reshape(first.w, [1])])]) expect(use).toThrow(gone);
    first.w.dispose();
    tf.dispose(first);
    expect(() => tf.tidy(() => first.w.print())).toThrow(gone);
  });

  it('gives a donated tensor that is returned back as a new one', () => {
    const { run } = counted((state: { w: tf.Tensor; frozen: tf.Tensor }) => ({ w: tf.add(state.w, 1), frozen: state.frozen }), { donate: [0] });
    const frozen = tf.scalar(7);
    const next = run({ w: tf.scalar(1), frozen });
    expect(frozen.isDisposed).toBe(true);
    expect(next.frozen).not.toBe(frozen);
    expect(values(run(next).frozen)).toEqual([7]);
  });

  it('keeps snapshots of donated state: clones, running means, and the best of all', () => {
    const step = backend().compile((state: { w: tf.Tensor }, x: tf.Tensor) => ({ state: { w: tf.sub(tf.mul(state.w, 1.5), x) }, loss: tf.abs(tf.sub(state.w, 2)) }), { donate: [0] });
    const follow = backend().compile((mean: { w: tf.Tensor }, now: { w: tf.Tensor }) => ({ w: tf.add(tf.mul(mean.w, 0.5), tf.mul(now.w, 0.5)) }), { donate: [0] });
    const snapshots: tf.Tensor[] = [];
    const [ws, means]: [number[], number[]] = [[], []];
    let state: { w: tf.Tensor } = { w: tf.tensor([1]) };
    let mean: { w: tf.Tensor } = { w: tf.clone(state.w) };
    let best = { w: tf.clone(state.w), loss: Infinity };
    let [w, m] = [1, 1];
    for (let i = 0; i < 6; i++) {
      snapshots.push(tf.clone(state.w));
      ws.push(w);
      const before = tf.clone(state.w);
      const result = step(state, tf.scalar(0.25));
      const loss = values(result.loss)[0]!;
      if (loss < best.loss) best = { w: before, loss };
      state = result.state;
      mean = follow(mean, state);
      w = w * 1.5 - 0.25;
      m = (m + w) / 2;
      means.push(m);
    }
    expect(snapshots.map((snapshot) => values(snapshot)[0])).toEqual(ws.map(Math.fround));
    expect(values(mean.w)[0]).toBeCloseTo(means.at(-1)!, 5);
    expect(values(best.w)[0]).toBeCloseTo(ws.reduce((nearest, x) => (Math.abs(x - 2) < Math.abs(nearest - 2) ? x : nearest)), 5);
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

  it('says where a value is read while tracing, in the midst of other calls too', () => {
    const here = /at .*compile\.test\.ts:\d+:\d+; return the tensor instead/;
    const reads: ((x: tf.Tensor) => unknown)[] = [(x) => x.dataSync(), (x) => tf.exp(x).arraySync(), (x) => tf.tidy(() => tf.tidy(() => x.toString())), (x) => tf.tidy(() => { x.print(); return x; })];
    for (const read of reads) expect(() => counted((x: tf.Tensor) => { read(x); return x; }).run(tf.tensor([1]))).toThrow(here);
  });

  it('rejects an asynchronous read', async () => {
    let read: Promise<unknown> = Promise.resolve();
    const { run } = counted((x: tf.Tensor) => { read = tf.neg(x).data(); return x; });
    run(tf.scalar(1));
    await expect(read).rejects.toThrow(/while it is traced .* at .*compile\.test\.ts:\d+:\d+/);
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
    expect(() => counted((x: tf.Tensor, rng: DrawSource) => tf.mul(x, rng.next())).run(tf.scalar(1), generator(2))).toThrow(/next\(\) of the generator 1 while it is traced at .*compile\.test\.ts:\d+:\d+: a number drawn on the host/);
    expect(() => counted((x: tf.Tensor) => tf.mul(x, draw(foreign, 1))).run(tf.scalar(1))).toThrow(/not an argument/);
  });

  it('refuses what is random without a seed, saying where, and takes what has one', () => {
    const random: ((x: tf.Tensor) => tf.Tensor)[] = [
      (x) => tf.add(x, tf.randomUniform(x.shape)), (x) => tf.add(x, tf.randomNormal(x.shape)), (x) => tf.dropout(x, 0.5), (x) => tf.mul(x, tf.truncatedNormal(x.shape)), (x) => tf.mul(x, Math.random()),
    ];
    const { random: before } = Math;
    for (const fn of random) expect(() => counted(fn).run(tf.tensor([1, 2]))).toThrow(/something random without a seed while it is traced at .*compile\.test\.ts:\d+:\d+: its result would be the same at each call/);
    expect(Math.random).toBe(before);
    expect(values(counted((x: tf.Tensor) => tf.dropout(x, 0.5, undefined, 7)).run(tf.ones([4])))).toEqual(values(tf.dropout(tf.ones([4]), 0.5, undefined, 7)));
  });

  it('passes generators on to compiled functions that are called while tracing, split or not', () => {
    const inner = counted((x: tf.Tensor, rng: DrawSource) => tf.add(x, draw(rng, 2)));
    const eager = (x: tf.Tensor, rng: DrawSource): tf.Tensor => tf.add(inner.body(inner.body(x, rng.split(1)), rng), draw(rng, 2));
    const outer = counted((x: tf.Tensor, rng: DrawSource) => tf.add(inner.run(inner.run(x, rng.split(1)), rng), draw(rng, 2)));
    const [a, b] = [generator(5), generator(5)];
    for (let i = 0; i < 3; i++) expect(values(outer.run(tf.zeros([2]), a))).toEqual(values(eager(tf.zeros([2]), b)));
    expect(a.state()).toEqual(b.state());
  });

  it('folds the step in where each call is given a stream of its own', () => {
    const { body, run } = counted((x: tf.Tensor, rng: DrawSource) => tf.add(x, draw(rng, 2)));
    const rng = generator(9);
    const drawn = [1, 2, 1].map((step) => values(run(tf.zeros([2]), rng.split(step))));
    expect(drawn[0]).toEqual(drawn[2]);
    expect(drawn[0]).not.toEqual(drawn[1]);
    expect(body).toHaveBeenCalledTimes(1);
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
