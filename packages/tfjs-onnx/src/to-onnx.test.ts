import { fromBinary } from '@bufbuild/protobuf';
import * as tf from '@tensorflow/tfjs-core';
import { ModelProtoSchema } from 'onnx-buf';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Network, networks, numbers } from './export/networks.ts';
import { createSession, type Graph, type OnnxModel, readOnnx, toOnnx, toOnnxModel, type ToOnnxOptions, trace, writeOnnx } from './index.ts';

beforeAll(() => tf.setBackend('cpu'));

const BATCHES = [1, 2, 7, 64];
const OPSETS = [17, 18, 19, 20, 21, 22, 23, 24, 25, 26];
const nchw: ToOnnxOptions = { channelsFirst: ['images'] };

const traced = ({ input, params, run }: Network): Graph => trace(run, [{ shape: input, dtype: 'float32', name: 'images' }], { names: params });
const operators = (model: OnnxModel): string[] => model.graph.nodes.map((node) => node.op);

/** Images of a batch, and what the network makes of them on the CPU back end. */
function examples({ input, run }: Network, batch: number): { images: tf.Tensor; expected: tf.Tensor } {
  const images = numbers([batch, ...(input.slice(1) as number[])], batch, 1);
  return { images, expected: run(images) };
}

/** The largest difference of a file's results from the CPU back end's, over all batches. */
function worstDifference(network: Network, file: Uint8Array, channelsFirst: boolean): number {
  const session = createSession(file);
  const differences = BATCHES.map((batch) => {
    const { images, expected } = examples(network, batch);
    const fed = channelsFirst ? tf.transpose(images, [0, 3, 1, 2]) : images;
    const output = session.run({ images: { dtype: 'float32', shape: fed.shape, data: fed.dataSync() as Float32Array } })['output']!;
    expect(output.dims).toEqual(expected.shape);
    const values = expected.dataSync();
    return Math.max(...Array.from(output.data as Float32Array, (value, i) => Math.abs(value - values[i]!)));
  });
  session.release();
  return Math.max(...differences);
}

describe.each(Object.entries(networks))('the file of %s', (_, make) => {
  const network = make();
  const graph = traced(network);

  it.each(OPSETS)('computes what the CPU back end computes, at any batch size, in both layouts, with opset %d', (opset) => {
    expect(worstDifference(network, toOnnx(graph, { opset }), false)).toBeLessThan(1e-5);
    expect(worstDifference(network, toOnnx(graph, { opset, ...nchw }), true)).toBeLessThan(1e-5);
  });

  it.each(OPSETS)("is a valid model to a reader made from ONNX's schema, with opset %d", (opset) => {
    const model = fromBinary(ModelProtoSchema, toOnnx(graph, { opset, ...nchw }));
    const { node, initializer, input, output } = model.graph!;
    expect(model.opsetImport.map(({ domain, version }) => [domain, Number(version)])).toEqual([['', opset]]);
    const named = [...input, ...initializer, ...node.flatMap((item) => item.output.map((name) => ({ name })))].map(({ name }) => name);
    expect(new Set(named).size).toBe(named.length);
    expect(new Set(node.map(({ name }) => name)).size).toBe(node.length);
    const defined = new Set([...input, ...initializer].map(({ name }) => name));
    for (const item of node) {
      expect(item.input.filter((name) => name !== '' && !defined.has(name))).toEqual([]);
      for (const name of item.output) defined.add(name);
    }
    expect(output.every(({ name }) => defined.has(name))).toBe(true);
    const read = new Set(node.flatMap((item) => item.input));
    expect(initializer.filter(({ name }) => !read.has(name))).toEqual([]);
  });

  it('is the same from one export to the next, and after it is read', () => {
    const file = Buffer.from(toOnnx(graph));
    expect(file.equals(toOnnx(traced(network)))).toBe(true);
    expect(file.equals(writeOnnx(readOnnx(file)))).toBe(true);
  });

  it('takes NCHW images without moving a pixel, and NHWC images with one move at most', () => {
    const transposes = (options: ToOnnxOptions): number => operators(toOnnxModel(graph, options)).filter((op) => op === 'Transpose').length;
    expect(transposes(nchw)).toBe(0);
    expect(transposes({})).toBeLessThanOrEqual(1);
  });

  it('holds every parameter under its name, and nothing else that is large', () => {
    const { initializers } = toOnnxModel(graph).graph;
    expect(Object.keys(network.params).filter((name) => !initializers.some((tensor) => tensor.name === name))).toEqual([]);
    expect(initializers.filter(({ name, data }) => !(name in network.params) && data.length > 8)).toEqual([]);
  });
});

describe('toOnnx', () => {
  it("writes a network as one would write it by hand, weights in ONNX's layout", () => {
    const { graph } = toOnnxModel(traced(networks['leNet']!()), nchw);
    expect(graph.nodes.map(({ name }) => name)).toEqual([
      'conv1/Conv', 'conv1/Relu', 'conv1/MaxPool', 'conv2/Conv', 'conv2/Relu', 'conv2/MaxPool', 'conv2/Reshape', 'fc1/MatMul', 'fc1/Add', 'fc1/Relu', 'fc2/MatMul', 'fc2/Add',
    ]);
    expect(Object.fromEntries(graph.initializers.map(({ name, dims }) => [name, dims]))).toEqual({
      'conv1.weight': [6, 1, 5, 5], 'conv1.bias': [6], 'conv2.weight': [8, 6, 5, 5], 'conv2.bias': [8],
      'fc1.weight': [72, 20], 'fc1.bias': [20], 'fc2.weight': [20, 10], 'fc2.bias': [10], 'int64_-1_72': [2],
    });
    expect(graph.inputs).toEqual([{ name: 'images', dtype: 'float32', dims: ['batch', 1, 20, 20] }]);
    expect(graph.outputs).toEqual([{ name: 'output', dtype: 'float32', dims: ['batch', 10] }]);
  });

  it('keeps a batch norm as one operator', () => {
    expect([...new Set(operators(toOnnxModel(traced(networks['probabilities']!()), nchw)))].toSorted()).toEqual(['Add', 'BatchNormalization', 'Conv', 'Div', 'MatMul', 'ReduceMean', 'Relu', 'Softmax', 'Sub']);
  });

  it('writes names, versions and metadata as asked', () => {
    const graph = trace(function double(x) { return { twice: tf.mul(x, 2), shifted: tf.add(x, 1) }; }, [{ shape: ['n'], dtype: 'float32' }]);
    const model = readOnnx(toOnnx(graph, {
      opset: 19, name: 'doubler', inputNames: ['in'], outputNames: ['a', 'b'], producerName: 'someone', producerVersion: '1.2', doc: 'doubles', metadata: { classes: 'zero,one' },
    }));
    expect(model).toMatchObject({ irVersion: 9, opset: { '': 19 }, producerName: 'someone', producerVersion: '1.2', doc: 'doubles', metadata: { classes: 'zero,one' } });
    expect([model.graph.name, ...model.graph.inputs.map(({ name }) => name), ...model.graph.outputs.map(({ name }) => name)]).toEqual(['doubler', 'in', 'a', 'b']);
    const plain = toOnnxModel(graph);
    expect(plain).toMatchObject({ irVersion: 8, opset: { '': 17 }, producerName: '@mixwell/tfjs-onnx', graph: { name: 'double' } });
    expect([plain.metadata, plain.doc, plain.graph.outputs.map(({ name }) => name)]).toEqual([undefined, undefined, ['twice', 'shifted']]);
  });

  it("uses ONNX Runtime's own operators only where that is allowed, and says so", () => {
    const graph = trace((a, b) => tf.matMul(a, b, false, true), [{ shape: ['n', 3, 4], dtype: 'float32' }, { shape: ['n', 5, 4], dtype: 'float32' }]);
    expect(toOnnxModel(graph)).toMatchObject({ opset: { '': 17 } });
    const allowed = toOnnxModel(graph, { microsoftOps: true });
    expect([operators(allowed), allowed.opset]).toEqual([['FusedMatMul'], { '': 17, 'com.microsoft': 1 }]);
  });

  it('refuses options that do not fit', () => {
    const graph = trace((x) => tf.neg(x), [{ shape: ['n', 3], dtype: 'float32', name: 'x' }]);
    expect(() => toOnnx(graph, { opset: 16 })).toThrow(new RangeError('toOnnx: opset must be 17 to 26, got 16'));
    expect(() => toOnnx(graph, { channelsFirst: ['x'] })).toThrow(new RangeError('toOnnx: channelsFirst must name inputs of rank 4, got x of rank 2'));
    expect(() => toOnnx(graph, { channelsFirst: ['y'] })).toThrow(new RangeError('toOnnx: channelsFirst must name inputs of rank 4, got y'));
    expect(() => toOnnx(graph, { inputNames: ['a', 'b'] })).toThrow(new RangeError('toOnnx: inputNames must be 1 names, got 2'));
    expect(() => toOnnx(graph, { outputNames: ['x'] })).toThrow(new RangeError('toOnnx: names of inputs and outputs must differ, got x, x'));
    const clash = trace((x) => tf.neg(x), [{ shape: [1], dtype: 'float32', name: 'output' }]);
    expect(() => toOnnx(clash, { outputNames: ['y'] })).toThrow(new RangeError('toOnnx: names of inputs and outputs must differ, got output, output'));
  });

  it('gives inputs and outputs their names, whatever else is called so', () => {
    const weights = tf.tensor2d([[1, 2], [3, 4]]);
    const graph = trace((x) => tf.softmax(tf.relu(tf.matMul(x as tf.Tensor2D, weights))), [{ shape: ['n', 2], dtype: 'float32', name: 'Relu' }], { names: { Softmax: weights } });
    const { inputs, outputs, initializers, nodes } = toOnnxModel(graph, { outputNames: ['Softmax'] }).graph;
    expect([...inputs, ...outputs, ...initializers].map(({ name }) => name)).toEqual(['Relu', 'Softmax', 'Softmax_1']);
    expect(nodes.map((node) => [node.name, ...node.inputs, ...node.outputs])).toEqual([['MatMul', 'Relu', 'Softmax_1', 'MatMul'], ['Relu', 'MatMul', 'Relu_1'], ['Softmax', 'Relu_1', 'Softmax']]);
  });
});
