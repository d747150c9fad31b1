// oxlint-disable import/no-unassigned-import -- back ends register themselves
import '@mixwell/tfjs-onnx';
import { createRng, stateDict, type StateDict } from '@mixwell/tensor';
import { randomNormal } from '@mixwell/tensor/tf';
import { expectNoLeaks } from '@mixwell/testing';
import { plainAnd, plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { adamW } from './adam-w.ts';
import { cosine } from './cosine.ts';
import { emaWarmUp } from './ema.ts';
import { classify, initMlp, toyBatch } from './fixtures/toy.ts';
import { makeStep, type Objective } from './make-step.ts';
import { sgd } from './sgd.ts';
import { createState, snapshot, type TrainState } from './train-state.ts';
import { disposeTree, leavesOf } from './tree.ts';

const rng = createRng(5);
const flat = (tree: object): number[] => leavesOf(tree).flatMap(([, tensor]) => Array.from(tensor.dataSync()));

/** Losses of some steps, and the final state, on the active back end. */
function train(steps: number, optimizer = adamW({ learningRate: cosine({ peak: 0.05, steps: 20, warmup: 3 }), weightDecay: 0.01 })) {
  const step = makeStep(classify, optimizer, { clip: { norm: 1 }, ema: emaWarmUp({ rate: 1e-3 }) });
  let state = createState(initMlp(createRng(1)), optimizer, { ema: true });
  const metrics: Record<string, number>[] = [];
  for (let i = 0; i < steps; i++) {
    const result = step(state, toyBatch(createRng(i), 16), rng);
    state = result.state;
    metrics.push(Object.fromEntries(Object.entries(result.metrics).map(([name, tensor]) => [name, tensor.dataSync()[0]!])));
  }
  return { metrics, state };
}

describe.each(plainAnd('onnxruntime'))('makeStep on %s', (backend) => {
  beforeEach(() => tf.setBackend(backend));

  it('learns', () => {
    const { metrics, state } = train(40);
    expect(metrics.at(-1)!['loss']).toBeLessThan(0.5 * metrics[0]!['loss']!);
    expect(metrics.at(-1)!['accuracy']).toBeGreaterThan(0.8);
    expect(state.step.dtype).toBe('int32');
    expect(state.step.dataSync()[0]).toBe(40);
    expect(state.optimizer['count']).toBeDefined();
  });

  it('reports loss, the objective\'s metrics, the norm of the gradient, and the learning rate of each step', () => {
    const { metrics } = train(4);
    expect(Object.keys(metrics[0]!)).toEqual(['loss', 'accuracy', 'gradientNorm', 'learningRate']);
    const schedule = cosine({ peak: 0.05, steps: 20, warmup: 3 });
    expect(metrics.map((m) => m['learningRate'])).toEqual([0, 1, 2, 3].map((step) => Math.fround(schedule(step))));
  });

  it('consumes the state, and leaves the batch and snapshots alone', () => {
    const optimizer = sgd({ learningRate: 0.1, momentum: 0.9 });
    const step = makeStep(classify, optimizer);
    const vars = initMlp(createRng(1));
    const state = createState(vars, optimizer);
    const before = flat(vars);
    const kept = snapshot(state);
    const batch = toyBatch(rng, 8);
    const { state: next } = step(state, batch, rng);
    expect(leavesOf(state).every(([, tensor]) => tensor.isDisposed)).toBe(true);
    expect(() => step(state, batch, rng)).toThrow(/disposed/);
    const { state: last } = step(next, batch, rng);
    expect(flat(vars)).toEqual(before);
    expect(flat({ params: kept.params, buffers: kept.buffers })).toEqual(before);
    expect(flat(last.params)).not.toEqual(flat(kept.params));
    expect(batch.labels.isDisposed).toBe(false);
  });

  it('leaks nothing in 1,000 steps', async () => {
    const optimizer = adamW({ learningRate: cosine({ peak: 0.01, steps: 1000 }), groups: [{ match: '*.bias', frozen: true }] });
    const step = makeStep(classify, optimizer, { clip: { norm: 1 }, ema: 1e-3 });
    const vars = initMlp(createRng(1));
    let state: TrainState = createState(vars, optimizer, { ema: true });
    const batch = toyBatch(rng, 8);
    await expectNoLeaks(() => {
      const result = step(state, batch, rng);
      state = result.state;
      return result.metrics;
    }, { times: 1000 });
    disposeTree([state, vars, batch]);
  });

  it('draws from the number of the step: the same wherever training began', () => {
    const noisy: Objective<object> = ({ params }, _, stream) => ({ loss: tf.sum(tf.mul(params['w']!, randomNormal(stream, [3]))) });
    const optimizer = sgd({ learningRate: 1 });
    const step = makeStep(noisy, optimizer);
    const run = (state: TrainState, steps: number): TrainState => (steps === 0 ? state : run(step(state, {}, createRng(3)).state, steps - 1));
    const start = (): TrainState => createState({ params: stateDict([['w', tf.zeros([3])]]), buffers: stateDict([]) }, optimizer);
    const whole = run(start(), 5);
    const half = run(start(), 2);
    expect(flat(run(half, 3))).toEqual(flat(whole));
  });
});

afterAll(() => tf.setBackend(plainBackEnd));

describe('makeStep', () => {
  beforeEach(() => tf.setBackend(plainBackEnd));

  it('compiled on onnxruntime equals the plain back end', async () => {
    const expected = train(20);
    const numbers = [...flat(expected.state), ...expected.metrics.flatMap((m) => Object.values(m))];
    await tf.setBackend('onnxruntime');
    const actual = train(20);
    const found = [...flat(actual.state), ...actual.metrics.flatMap((m) => Object.values(m))];
    expect(Math.max(...found.map((value, i) => Math.abs(value - numbers[i]!)))).toBeLessThan(1e-5);
  });

  const single = (values: number[]): { params: StateDict<tf.Tensor>; buffers: StateDict<tf.Tensor> } => ({ params: stateDict([['w', tf.tensor1d(values)]]), buffers: stateDict([['m', tf.scalar(0)]]) });
  const linear: Objective<null> = ({ params, buffers }) => ({ loss: tf.sum(tf.mul(params['w']!, tf.tensor1d([3, 4]))), buffers: stateDict([['m', tf.add(buffers['m']!, 1)]]) });

  it('averages parameters and buffers after the step', () => {
    const optimizer = sgd({ learningRate: 1 });
    const { state } = makeStep(linear, optimizer, { ema: 0.25 })(createState(single([0, 0]), optimizer, { ema: true }), null, rng);
    expect(flat(state)).toEqual([-3, -4, 1, -0.75, -1, 0.25, 1]);
  });

  it('clips by norm and by value', () => {
    const optimizer = sgd({ learningRate: 1 });
    const norm = makeStep(linear, optimizer, { clip: { norm: 1 } })(createState(single([0, 0]), optimizer), null, rng);
    expect(norm.metrics['gradientNorm']!.dataSync()[0]).toBe(5);
    expect(flat(norm.state.params)).toEqual([expect.closeTo(-0.6, 5), expect.closeTo(-0.8, 5)]);
    const value = makeStep(linear, optimizer, { clip: { value: 3.5 } })(createState(single([0, 0]), optimizer), null, rng);
    expect(flat(value.state.params)).toEqual([-3, -3.5]);
  });

  it('has no gradient of frozen parameters, in the norm neither', () => {
    const optimizer = sgd({ learningRate: 1, weightDecay: 1, groups: [{ match: 'frozen', frozen: true }] });
    const vars = { params: stateDict([['frozen', tf.scalar(7)], ['w', tf.scalar(1)]]), buffers: stateDict<tf.Tensor>([]) };
    const objective: Objective<null> = ({ params }) => ({ loss: tf.mul(params['frozen']!, params['w']!) });
    const { state, metrics } = makeStep(objective, optimizer, { clip: { norm: 100 } })(createState(vars, optimizer), null, rng);
    expect(metrics['gradientNorm']!.dataSync()[0]).toBe(7);
    expect(flat(state.params)).toEqual([7, -7]);
  });

  it('keeps buffers where the objective gives none, and averages where it does not average', () => {
    const optimizer = sgd({ learningRate: 1 });
    const plain: Objective<null> = ({ params }) => ({ loss: tf.sum(params['w']!) });
    const { state } = makeStep(plain, optimizer)(createState(single([5, 6]), optimizer, { ema: true }), null, rng);
    expect(flat(state)).toEqual([4, 5, 0, 5, 6, 0, 1]);
  });

  it('refuses bad options, states and metrics', () => {
    const optimizer = sgd({ learningRate: 1 });
    expect(() => makeStep(linear, optimizer, { clip: { norm: 0 } })).toThrow('makeStep: clip.norm must be > 0 and finite, got 0');
    expect(() => makeStep(linear, optimizer, { clip: { value: -1 } })).toThrow('makeStep: clip.value must be > 0 and finite, got -1');
    expect(() => makeStep(linear, optimizer, { ema: 0.9999 })).toThrow('makeStep: ema must be in (0, 0.5] (it is 1 - decay), got 0.9999');
    expect(() => makeStep(linear, optimizer, { ema: 0.1 })(createState(single([0, 0]), optimizer), null, rng)).toThrow('makeStep: state must have moving averages with the option ema');
    const vector: Objective<null> = ({ params }) => ({ loss: tf.sum(params['w']!), metrics: { both: params['w']! } });
    expect(() => makeStep(vector, optimizer)(createState(single([0, 0]), optimizer), null, rng)).toThrow('makeStep: metrics.both must be a scalar, got shape [2]');
  });
});
