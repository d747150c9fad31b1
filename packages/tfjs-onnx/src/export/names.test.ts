import { describe, expect, it } from 'vitest';
import type { OnnxTensor } from '../onnx/model.ts';
import { nameGraph, type NamelessGraph } from './names.ts';
import type { ExportNode } from './symbolic-constants.ts';

const node = (op: string, inputs: string[], outputs: string[]): ExportNode => ({ op, inputs, outputs, kernel: op });
const floats = (name: string, ...values: number[]): OnnxTensor => ({ name, dtype: 'float32', dims: values.length === 1 ? [] : [values.length], data: Float32Array.from(values) });
const many = (name: string): OnnxTensor => ({ name, dtype: 'float32', dims: [9], data: new Float32Array(9) });
const nothing: NamelessGraph = { nodes: [], initializers: [], border: new Map(), names: new Map(), folded: new Map() };

describe('nameGraph', () => {
  it('names nodes after the layer whose parameters they use, and those without after the layer before', () => {
    const { nodes } = nameGraph({
      ...nothing,
      nodes: [node('Neg', ['x'], ['0']), node('Conv', ['0', '1'], ['2']), node('Relu', ['2'], ['3']), node('Relu', ['3'], ['4']), node('Split', ['4'], ['5', 'y'])],
      initializers: [many('1')],
      names: new Map([['1', 'layer1.0.conv1.weight']]),
      border: new Map([['x', 'images'], ['y', 'logits']]),
    });
    expect(nodes.map(({ name }) => name)).toEqual(['Neg', 'layer1.0.conv1/Conv', 'layer1.0.conv1/Relu', 'layer1.0.conv1/Relu_1', 'layer1.0.conv1/Split']);
    expect(nodes.map(({ inputs, outputs }) => [...inputs, ...outputs])).toEqual([
      ['images', 'Neg'], ['Neg', 'layer1.0.conv1.weight', 'layer1.0.conv1/Conv'], ['layer1.0.conv1/Conv', 'layer1.0.conv1/Relu'],
      ['layer1.0.conv1/Relu', 'layer1.0.conv1/Relu_1'], ['layer1.0.conv1/Relu_1', 'layer1.0.conv1/Split.0', 'logits'],
    ]);
  });

  it("knows TensorFlow's names, and looks for the layer before what was computed", () => {
    const { nodes, initializers } = nameGraph({
      ...nothing,
      nodes: [node('Sub', ['x', 'a'], ['0']), node('Div', ['0', 'root'], ['1']), node('Mul', ['1', 'both'], ['2']), node('Neg', ['2'], ['y'])],
      initializers: ['a', 'root', 'both'].map(many),
      names: new Map([['a', 'bn/moving_mean'], ['b', 'bn/moving_variance'], ['c', 'block/bn/gamma'], ['d', 'block/bn/beta']]),
      folded: new Map([['root', { sources: ['b'], op: 'Sqrt' }], ['both', { sources: ['c', 'd'], op: 'Mul' }]]),
      border: new Map([['x', 'x'], ['y', 'y']]),
    });
    expect(initializers.map(({ name }) => name)).toEqual(['bn/moving_mean', 'bn/moving_variance.Sqrt', 'block/bn.Mul']);
    expect(nodes.map(({ name }) => name)).toEqual(['bn/Sub', 'bn/Div', 'block/bn/Mul', 'block/bn/Neg']);
  });

  it('names constants after parameters, with what was computed of them', () => {
    const names = new Map([['a', 'bn1.weight'], ['b', 'bn1.running_var'], ['c', 'scale']]);
    const folded = new Map([
      ['moved', { sources: ['a'], op: null }], ['root', { sources: ['b', 'epsilon'], op: 'Sqrt' }], ['both', { sources: ['a', 'b'], op: 'Div' }], ['apart', { sources: ['a', 'c'], op: 'Mul' }], ['none', { sources: ['epsilon'], op: 'Neg' }],
    ]);
    const initializers = ['moved', 'root', 'both', 'apart', 'none'].map(many);
    expect(nameGraph({ ...nothing, initializers, names, folded }).initializers.map(({ name }) => name)).toEqual(['bn1.weight', 'bn1.running_var.Sqrt', 'bn1.Div', 'Mul', 'float32_vector']);
  });

  it('names small constants after their elements, in the fewest digits', () => {
    const initializers = [floats('a', 1e-5), floats('b', 0.49, -1), many('c'), many('d'), floats('e', 0.1 + 2 ** -20), { name: 'f', dtype: 'int64', dims: [2], data: BigInt64Array.of(-1n, 36n) } as const];
    expect(nameGraph({ ...nothing, initializers }).initializers.map(({ name }) => name)).toEqual(['float32_0.00001', 'float32_0.49_-1', 'float32_vector', 'float32_vector_1', 'float32_0.100000955', 'int64_-1_36']);
  });
});
