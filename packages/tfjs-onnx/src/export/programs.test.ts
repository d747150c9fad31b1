import * as tf from '@tensorflow/tfjs-core';
// oxlint-disable-next-line import/no-unassigned-import -- it registers the gradients
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSession, type Graph, type SessionFeed, toOnnx, toOnnxModel, trace } from '../index.ts';
import { named, type Program, programs } from './programs.ts';

beforeAll(() => tf.setBackend('cpu'));

/** What a session takes. On the CPU back end a tensor of floats that was cast from integers holds integers. */
const feed = (tensor: tf.Tensor): SessionFeed => ({ dtype: tensor.dtype, shape: tensor.shape, data: (tensor.dtype === 'int32' ? Int32Array : Float32Array).from(tensor.dataSync()) });

const traced = ({ run, specs }: Program): Graph => trace(run, specs as never);

describe.each(Object.entries(programs))('the file of %s', (_, make) => {
  const program = make();
  const graph = traced(program);

  it.each([1, 2, 7, 64])('computes what the CPU back end computes at batch %d', (batch) => {
    const args = program.args(batch);
    const session = createSession(toOnnx(graph));
    const fed = args.flatMap((arg) => named(arg).map(([, tensor]) => tensor));
    const feeds = Object.fromEntries(graph.inputs.map(({ name }, i) => [name, feed(fed[i]!)]));
    const got = session.run(feeds);
    const expected = named(program.run(...(args as never[])));
    expect(session.outputs.map(({ name }) => name)).toEqual(expected.map(([name]) => name));
    session.release();
    for (const [name, tensor] of expected) {
      expect([name, got[name]!.type, got[name]!.dims]).toEqual([name, tensor.dtype, tensor.shape]);
      const values = tensor.dataSync();
      expect([name, Math.max(...Array.from(got[name]!.data as Float32Array, (value, i) => Math.abs(value - values[i]!) / Math.max(1, Math.abs(values[i]!))))]).toEqual([name, expect.toSatisfy((difference: number) => difference < 1e-5)]);
    }
  });
});

describe('a training step as a file', () => {
  it('takes and gives its state by name', () => {
    const { graph } = toOnnxModel(traced(programs['trainingStep']!()));
    expect(graph.inputs.map(({ name, dims }) => [name, dims]).filter(([name]) => !/weight|bias/.test(name as string))).toEqual([['images', ['batch', 16, 16, 2]], ['labels', ['batch', 3]], ['rate', []]]);
    expect(graph.inputs.slice(0, 2).map(({ name }) => name)).toEqual(['params.conv1.weight', 'params.conv1.bias']);
    expect(graph.outputs.map(({ name }) => name).filter((name) => /conv1|loss/.test(name))).toEqual(['state.params.conv1.weight', 'state.params.conv1.bias', 'state.momentum.conv1.weight', 'state.momentum.conv1.bias', 'metrics.loss']);
  });

  it('learns, run again and again with the state that it gave', () => {
    const program = programs['trainingStep']!();
    const session = createSession(toOnnx(traced(program)));
    const fed = program.args(32).flatMap((arg) => named(arg).map(([, tensor]) => tensor));
    let feeds = Object.fromEntries(session.inputs.map(({ name }, i) => [name, feed(fed[i]!)]));
    const seen: number[] = [];
    for (let step = 0; step < 30; step++) {
      const results = session.run(feeds);
      seen.push((results['metrics.loss']!.data as Float32Array)[0]!);
      feeds = Object.fromEntries(Object.entries(feeds).map(([name, value]) => [name, results[`state.${name}`] ?? value]));
    }
    session.release();
    expect(seen.at(-1)!).toBeLessThan(0.8 * seen[0]!);
  });

  it('cannot be random', () => {
    let state = 0;
    const noisy = (x: tf.Tensor): tf.Tensor => tf.add(tf.tensor([state++, 1, 2]), x);
    expect(() => toOnnxModel(trace(noisy, [{ shape: [4, 3], dtype: 'float32' }]))).toThrow('operand 0 is another constant at each call: random numbers would be frozen; pass them as an argument');
  });
});
