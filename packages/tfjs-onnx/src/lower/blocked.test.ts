import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { trace } from '../compile/trace.ts';
import { runtimeInfo } from '../index.ts';
import { writeOnnx } from '../onnx/write.ts';
import { channelBlock } from '../runtime/channel-block.ts';
import { createSession } from '../session.ts';
import { BLOCKED_DOMAIN } from './builder.ts';
import { type LoweredGraph, lowerGraph, loweredModel } from './lower-graph.ts';

type Shape = readonly number[];

const run = (kernel: string, inputs: object, attrs: object): tf.Tensor => tf.engine().runKernel(kernel, inputs as never, attrs as never);
const runAll = (kernel: string, inputs: object, attrs: object): tf.Tensor[] => tf.engine().runKernel(kernel, inputs as never, attrs as never);
const same = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] } as const;
const conv = (x: tf.Tensor, filter: tf.Tensor, attrs: object = {}): tf.Tensor => run('Conv2D', { x, filter }, { ...same, ...attrs });

/** Operands with values that repeat nowhere. */
function fill(shape: Shape, k: number): Float32Array {
  return Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, i) => Math.sin(i * 1.37 + k) + 0.1);
}

function lowered(fn: (...args: tf.Tensor[]) => unknown, shapes: readonly Shape[], block: number): LoweredGraph {
  const graph = trace(fn, shapes.map((shape) => ({ shape, dtype: 'float32' as const })));
  return lowerGraph({ feeds: graph.inputs, constants: graph.constants, nodes: graph.nodes, outputs: graph.outputs }, { microsoftOps: true, specialise: true, channelBlock: block });
}

/** The results with the images in blocks and without, and the operators over blocks. */
function compare(fn: (...args: tf.Tensor[]) => unknown, shapes: readonly Shape[]) {
  const graphs = [channelBlock(), 1].map((block) => lowered(fn, shapes, block));
  const [blocked, plain] = graphs.map((graph) => {
    const session = createSession(writeOnnx(loweredModel(graph)));
    const feeds = Object.fromEntries(graph.inputs.map(({ name, dims }, k) => [name, { dtype: 'float32', shape: dims, data: fill(dims, k) }]));
    const results = Object.values(session.run(feeds)).map((result) => Array.from(result.data as Float32Array));
    session.release();
    return results;
  });
  return { blocked: blocked!, plain: plain!, operators: graphs[0]!.nodes.filter((node) => node.domain === BLOCKED_DOMAIN).map((node) => node.op) };
}

const hasBlocks = channelBlock() > 1;
const image = [2, 6, 5, 32] as const;

/** Each gives a result whose images can stay in blocks. */
const cases: Record<string, { fn: (...args: tf.Tensor[]) => unknown; shapes: readonly Shape[] }> = {
  'a convolution': { fn: (x, w) => conv(x!, w!), shapes: [image, [3, 3, 32, 16]] },
  'a convolution with stride, over an even size': { fn: (x, w) => conv(x!, w!, { strides: [2, 2] }), shapes: [[2, 8, 6, 32], [3, 3, 32, 48]] },
  'a convolution without padding, rows left over': { fn: (x, w) => conv(x!, w!, { strides: [2, 2], pad: 'valid' }), shapes: [[2, 8, 7, 16], [3, 3, 16, 16]] },
  'a dilated convolution': { fn: (x, w) => conv(x!, w!, { dilations: [2, 2] }), shapes: [image, [3, 3, 32, 16]] },
  'a convolution of a photograph': { fn: (x, w) => conv(x!, w!), shapes: [[2, 6, 5, 3], [3, 3, 3, 32]] },
  'a convolution with a bias': { fn: (x, w, b) => tf.add(conv(x!, w!), b!), shapes: [image, [3, 3, 32, 16], [16]] },
  'convolutions of one pixel after another': { fn: (x, w, v) => conv(conv(x!, w!), v!, { strides: [2, 2] }), shapes: [image, [3, 3, 32, 16], [1, 1, 16, 32]] },
  'the gradient of the image': {
    fn: (dy, filter) => run('Conv2DBackpropInput', { dy, filter }, { ...same, inputShape: image }), shapes: [[2, 6, 5, 48], [3, 3, 32, 48]],
  },
  'the gradient of the image through one pixel': {
    fn: (x, w, filter) => run('Conv2DBackpropInput', { dy: conv(x!, w!), filter }, { ...same, inputShape: image }), shapes: [image, [3, 3, 32, 16], [1, 1, 32, 16]],
  },
  'the gradient of the filter': {
    fn: (x, w, v) => run('Conv2DBackpropFilter', { x: conv(x!, w!), dy: conv(x!, v!) }, { ...same, filterShape: [3, 3, 16, 32] }),
    shapes: [image, [3, 3, 32, 16], [3, 3, 32, 32]],
  },
  'sums, products and relu with its gradient': {
    fn: (x, w, v) => {
      const [a, b] = [conv(x!, w!), conv(x!, v!)];
      return tf.mul(tf.relu(tf.add(a, b)), tf.mul(b, tf.step(a)));
    },
    shapes: [image, [3, 3, 32, 16], [3, 3, 32, 16]],
  },
  'an operand that exists as NHWC only, a scalar, a vector': {
    fn: (x, w, y, s, v) => tf.mul(tf.add(tf.mul(conv(x!, w!), s!), y!), v!), shapes: [image, [3, 3, 32, 16], [2, 6, 5, 16], [], [16]],
  },
  'a comparison, which has no blocks': { fn: (x, w) => tf.cast(tf.greater(conv(x!, w!), 0), 'float32'), shapes: [image, [3, 3, 32, 16]] },
  'sums over pixels and over images': {
    fn: (x, w) => {
      const y = conv(x!, w!);
      return [tf.sum(y, [1, 2]), tf.sum(y, [0, 1, 2]), tf.mean(y, [1, 2], true), tf.sum(y, [0, 1, 2], true), tf.sum(y, 3)];
    },
    shapes: [image, [3, 3, 32, 16]],
  },
  'average pooling and its gradient': {
    fn: (x, w) => {
      const y = conv(x!, w!) as tf.Tensor4D;
      const pool = { filterSize: [2, 2], strides: [2, 2], pad: 'valid' };
      const p = run('AvgPool', { x: y }, pool);
      return [p, run('AvgPoolGrad', { dy: p, input: y }, pool), tf.avgPool(y, 3, 1, 'same'), tf.maxPool(y, 2, 2, 'valid')];
    },
    shapes: [[2, 8, 6, 32], [3, 3, 32, 16]],
  },
  'batch norm in evaluation': {
    fn: (x, w, g, b, m, v) => tf.batchNorm(conv(x!, w!) as tf.Tensor4D, m as tf.Tensor1D, tf.abs(v!) as tf.Tensor1D, b as tf.Tensor1D, g as tf.Tensor1D, 1e-5),
    shapes: [image, [3, 3, 32, 16], [16], [16], [16], [16]],
  },
  ...Object.fromEntries((['batch', 'instance'] as const).map((kind) => [`${kind} norm and its gradient`, {
    fn: (x: tf.Tensor, w: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor, u: tf.Tensor) => {
      const a = conv(x, w);
      const [y, mean, variance] = runAll('NormTrain', { x: a, gamma, beta }, { kind, epsilon: 1e-5 });
      return [y, mean, variance, ...runAll('NormTrainGrad', { dy: conv(x, u), x: a, gamma, mean, variance }, { kind, epsilon: 1e-5 })];
    },
    shapes: [image, [3, 3, 32, 16], [16], [16], [3, 3, 32, 16]],
  }])),
};

it.runIf(process.arch === 'x64')('blocks of channels are found on x64, or everything would run slower without a word', () => {
  expect([8, 16]).toContain(runtimeInfo().channelBlock);
});

describe.skipIf(!hasBlocks)('images in blocks of channels', () => {
  it.each(Object.keys(cases))('%s: the same numbers as without blocks', (name) => {
    const { fn, shapes } = cases[name] as (typeof cases)[string];
    const { blocked, plain, operators } = compare(fn as (...args: tf.Tensor[]) => unknown, shapes);
    expect(operators).toContain('Conv');
    plain.forEach((values, k) => {
      const scale = Math.max(1, ...values.map(Math.abs));
      values.forEach((value, i) => { if (!(Math.abs(value - blocked[k]![i]!) <= 1e-5 * scale)) expect.fail(`result ${k} [${i}]: ${blocked[k]![i]} instead of ${value}`); });
    });
  });

  it('stay in blocks from one convolution to the next', () => {
    const block = (x: tf.Tensor, w: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor => tf.relu(runAll('NormTrain', { x: conv(x, w), gamma, beta }, { kind: 'batch', epsilon: 1e-5 })[0]!);
    const { operators } = compare((x, w, g, b) => tf.add(block(block(x!, w!, g!, b!), w!, g!, b!), block(x!, w!, g!, b!)), [[2, 6, 5, 32], [3, 3, 32, 32], [32], [32]]);
    expect(operators.filter((op) => op.startsWith('Reorder'))).toEqual(['ReorderInput', 'ReorderOutput']);
  });

  it('are not used for channels that fill no block', () => {
    expect(compare((x, w) => conv(x!, w!), [[1, 4, 4, 24], [3, 3, 24, 20]]).operators).toEqual([]);
  });
});
