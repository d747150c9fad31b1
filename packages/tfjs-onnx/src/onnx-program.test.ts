import * as tf from '@tensorflow/tfjs-core';
import { beforeEach, describe, expect, it } from 'vitest';
import { BACKEND_NAME, loadOnnx, type OnnxModel, onnxProgram, type OnnxProgram, type OnnxRuntimeBackend, type OnnxType, readOnnx, runtimeInfo, toOnnx, trace, writeOnnx } from './index.ts';
import { everything } from './onnx/fixtures.ts';

beforeEach(() => tf.setBackend(BACKEND_NAME));

const weights = tf.tensor2d([[0.5, -1], [2, 0.25], [-0.75, 1]]);
const bias = tf.tensor1d([0.1, -0.1]);
const classify = (images: tf.Tensor): tf.Tensor => tf.softmax(tf.add(tf.matMul(images as tf.Tensor2D, weights), bias));

/** A model that we exported, read again. */
function classifier(): OnnxProgram {
  const graph = trace(classify, [{ shape: ['batch', 3], dtype: 'float32', name: 'images' }], { names: { 'fc.weight': weights, 'fc.bias': bias } });
  return onnxProgram(readOnnx(toOnnx(graph, { outputNames: ['probabilities'] })));
}

const values = (x: tf.Tensor | undefined): number[] => Array.from(x!.dataSync());
const near = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

/** y = x of that type. */
function identity(dtype: OnnxType, dims: readonly (number | string)[] | null = ['n']): OnnxProgram {
  return onnxProgram({ irVersion: 8, opset: { '': 17 }, graph: { name: 'same', inputs: [{ name: 'x', dtype, dims }], outputs: [{ name: 'y', dtype, dims }], initializers: [], nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }] } });
}

describe('onnxProgram', () => {
  it('runs on tensors of any back end, at any size of a symbolic axis, and frees what it loaded', async () => {
    const program = classifier();
    program.run({ images: tf.zeros([1, 3]) });
    const before = runtimeInfo().sessions;
    program.dispose();
    program.dispose();
    expect(runtimeInfo().sessions).toBe(before - 1);
    for (const backend of [BACKEND_NAME, 'cpu']) {
      await tf.setBackend(backend);
      for (const rows of [1, 4]) {
        const images = tf.tensor(Float32Array.from({ length: rows * 3 }, (_, i) => Math.sin(i)), [rows, 3]);
        const { probabilities } = program.run({ images: tf.add(images, 0) });
        expect(probabilities!.shape).toEqual([rows, 2]);
        expect(near(values(probabilities), values(classify(images)))).toBeLessThan(1e-6);
      }
    }
    program.dispose();
  });

  it('leaks no tensors', () => {
    const program = classifier();
    const images = tf.ones([2, 3]);
    const before = tf.memory().numTensors;
    tf.dispose(program.run({ images }));
    expect(tf.memory().numTensors).toBe(before);
    program.dispose();
  });

  it('has the weights by name, and makes the same program with others', async () => {
    const program = classifier();
    expect(Object.keys(program.weights)).toEqual(['fc.weight', 'fc.bias']);
    const { 'fc.weight': weight } = program.weights;
    const edited = program.withWeights({ 'fc.weight': { ...weight!, data: Float32Array.from(weight!.data as Float32Array, (w) => w * 2) } });
    const images = tf.tensor([[1, 2, 3], [-1, 0, 1]]);
    const expected = values(tf.softmax(tf.add(tf.matMul(images as tf.Tensor2D, tf.mul<tf.Tensor2D>(weights, 2)), bias)));
    const again = await loadOnnx(writeOnnx(edited.model));
    for (const run of [edited, again]) {
      expect(near(values(run.run({ images })['probabilities']), expected)).toBeLessThan(1e-6);
      run.dispose();
    }
    expect(near(values(program.run({ images })['probabilities']), values(classify(images)))).toBeLessThan(1e-6);
    program.dispose();
    expect(again.nodes).toEqual(program.nodes);
  });

  it('refuses weights that are not of the model, naming them', () => {
    const program = classifier();
    const weight = program.weights['fc.weight']!;
    expect(() => program.withWeights({ 'fc.weigth': weight })).toThrow(new RangeError('withWeights: fc.weigth is no weight of the model, which has fc.weight, fc.bias'));
    expect(() => program.withWeights({ 'fc.weight': { ...weight, shape: [2, 3] } })).toThrow(new RangeError('withWeights: fc.weight must be float32[3,2], got float32[2,3]'));
    expect(() => program.withWeights({ 'fc.weight': { ...weight, dtype: 'float64' } })).toThrow('withWeights: fc.weight must be float32[3,2], got float64[3,2]');
    expect(() => program.withWeights({ 'fc.weight': { ...weight, data: new Float32Array(2) } })).toThrow('withWeights: fc.weight must have 6 elements, got 2');
    expect(() => program.withWeights({ 'fc.weight': { ...weight, data: new Float64Array(6) } })).toThrow(new TypeError('withWeights: fc.weight must be held in Float32Array, got Float64Array'));
    expect(() => program.withWeights({ toString: weight })).toThrow('toString is no weight');
  });

  it('refuses inputs that do not fit, naming them', () => {
    const program = classifier();
    const images = tf.zeros([1, 3]);
    expect(() => program.run({})).toThrow(new RangeError('run: input images is missing'));
    expect(() => program.run({ images, labels: images })).toThrow('run: there is no input labels, but images');
    expect(() => program.run({ images }, ['logits'])).toThrow('run: there is no output logits, but probabilities');
    expect(() => program.run({ images: tf.zeros([3]) })).toThrow(new RangeError('run: input images must be float32[?,3], got float32[3]'.replace('?', 'batch')));
    expect(() => program.run({ images: tf.zeros([1, 4]) })).toThrow('run: input images must be float32[batch,3], got float32[1,4]');
    expect(() => program.run({ images: tf.zeros([1, 3], 'int32') })).toThrow(new TypeError('run: input images must be float32, got int32'));
    const pair = onnxProgram({
      irVersion: 8, opset: { '': 17 },
      graph: { name: 'pair', inputs: ['a', 'b'].map((name) => ({ name, dtype: 'float32' as const, dims: ['n'] })), outputs: [{ name: 'y', dtype: 'float32', dims: ['n'] }], initializers: [], nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['y'] }] },
    });
    expect(() => pair.run({ a: tf.zeros([2]), b: tf.zeros([3]) })).toThrow('run: input b must be float32[2], got float32[3]');
  });

  it('refuses to be part of a compiled or exported function, saying where', () => {
    const program = identity('float32');
    const compiled = (tf.backend() as OnnxRuntimeBackend).compile(function whole(x: tf.Tensor) { return program.run({ x })['y']!; });
    expect(() => compiled(tf.zeros([1]))).toThrow(/onnxruntime: whole: an ONNX program is run while the function is traced at .*:\d+:\d+; run it before or after the compiled function/);
  });

  it.each<[OnnxType, tf.Tensor]>([
    ['float32', tf.tensor1d([1.5, -2])], ['float64', tf.tensor1d([1.5, -2])], ['float16', tf.tensor1d([1.5, -2, 65504, 6e-8, 0])], ['bool', tf.tensor1d([true, false], 'bool')],
    ...(['int64', 'int32', 'int16', 'int8'] as const).map((dtype): [OnnxType, tf.Tensor] => [dtype, tf.tensor1d([1, -2, 127], 'int32')]),
    ...(['uint64', 'uint32', 'uint16', 'uint8'] as const).map((dtype): [OnnxType, tf.Tensor] => [dtype, tf.tensor1d([1, 255], 'int32')]),
  ])('takes and gives %s', (dtype, x) => {
    const program = identity(dtype);
    const { y } = program.run({ x });
    expect(y!.dtype).toBe(x.dtype);
    expect(near(values(y), values(x))).toBeLessThan(2e-9);
    program.dispose();
  });

  it('refuses integers that do not fit', () => {
    const narrow = identity('uint8');
    expect(() => narrow.run({ x: tf.tensor1d([256], 'int32') })).toThrow(new RangeError('run: x has the element 256, which does not fit into uint8'));
    expect(() => identity('uint64').run({ x: tf.tensor1d([-1], 'int32') })).toThrow('run: x has the element -1, which does not fit into uint64');
    const big = onnxProgram({ irVersion: 8, opset: { '': 17 }, graph: { name: 'big', inputs: [], outputs: [{ name: 'y', dtype: 'int64', dims: [1] }], initializers: [{ name: 'c', dtype: 'int64', dims: [1], data: BigInt64Array.of(2n ** 40n) }], nodes: [{ op: 'Identity', inputs: ['c'], outputs: ['y'] }] } });
    expect(() => big.run({})).toThrow(new RangeError('run: output y has the element 1099511627776, which does not fit into int32'));
    big.dispose();
  });

  it('uses values of the file for inputs that are left out, and those that are given else', () => {
    const scale: OnnxModel = {
      irVersion: 8, opset: { '': 17 },
      graph: {
        name: 'scale', inputs: [{ name: 'x', dtype: 'float32', dims: null }, { name: 'by', dtype: 'float32', dims: [1] }], outputs: [{ name: 'y', dtype: 'float32', dims: null }],
        initializers: [{ name: 'by', dtype: 'float32', dims: [1], data: Float32Array.of(10) }], nodes: [{ op: 'Mul', inputs: ['x', 'by'], outputs: ['y'] }],
      },
    };
    const program = onnxProgram(scale);
    expect(program.inputs.map((input) => input.name)).toEqual(['x']);
    expect(values(program.run({ x: tf.tensor([1, 2]) })['y'])).toEqual([10, 20]);
    expect(values(program.run({ x: tf.tensor([1, 2]), by: tf.tensor([3]) })['y'])).toEqual([3, 6]);
    program.dispose();
  });

  it('prints itself as a traced graph does', () => {
    expect(String(classifier())).toBe([
      'graph classify(images: float32[batch,3]) {',
      '  fc.weight: float32[3,2] = constant',
      '  fc.bias: float32[2] = constant',
      '  fc/MatMul = MatMul(images, fc.weight)',
      '  fc/Add = Add(fc/MatMul, fc.bias)',
      '  probabilities: float32[batch,2] = Softmax(fc/Add) {"axis":1}',
      '  return probabilities',
      '}',
    ].join('\n'));
  });

  it('prints graphs within graphs, functions, and every kind of attribute', () => {
    const model: OnnxModel = {
      ...everything,
      functions: [{ name: 'Scaled', domain: 'local', inputs: ['a'], outputs: ['b'], opset: { '': 17 }, nodes: [{ op: 'Elu', inputs: ['a'], outputs: ['b'], attrs: { alpha: { reference: 'by', type: 1 } } }] }],
      graph: { ...everything.graph, nodes: [...everything.graph.nodes, { op: 'K', domain: 'local', inputs: ['', 't'], outputs: ['', 'z'], attrs: { t: { encoded: new Uint8Array(3) }, many: Array.from({ length: 20 }, (_, i) => i) } }] },
    };
    const text = String(onnxProgram({ ...model, opset: { ...model.opset, local: 1 }, graph: { ...model.graph, outputs: [{ name: 'logits', dtype: 'float32', dims: ['batch', ''] }] } }));
    expect(text).toContain('function local.Scaled(a) {\n  b = Elu(a) {"alpha":@by}\n  return b\n}\ngraph classifier(');
    expect(text).toContain('  t: float32[1] = Conv(images, f32, _) {"alpha":0.5,"pads":[0,-1,300,1099511627776],"axis":-1,"big":9223372036854775807,"mode":"SAME","scales":[0.5,1.5],"names":["a",""],"none":[]}');
    expect(text).toContain('  logits: float32[batch,?] = com.microsoft.FusedMatMul(t) {"value":int8[1] -3}');
    expect(text).toContain('  y = If() {"then_branch":graph then}\n    graph then() {\n      return \n    }');
    expect(text).toContain('  _, z = local.K(_, t) {"t":3 bytes,"many":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,…]}');
  });

  it('refuses what is no program', () => {
    expect(() => onnxProgram({ ...everything, graph: { ...everything.graph, nodes: [{ op: 'Relu', inputs: ['gone'], outputs: ['logits'] }] } })).toThrow('onnxProgram: node logits (Relu): input gone is given by nothing');
  });
});
