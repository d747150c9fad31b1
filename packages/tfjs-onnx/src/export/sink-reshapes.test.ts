import { describe, expect, it } from 'vitest';
import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { sinkReshapes } from './sink-reshapes.ts';

const node = (op: string, inputs: string[], output: string, attrs: OnnxNode['attrs'] = {}): OnnxNode => ({ op, inputs, outputs: [output], attrs });
const text = ({ op, inputs, outputs }: OnnxNode): string => `${outputs.join()} = ${op}(${inputs.join()})`;
const floats = (name: string, ...dims: number[]): OnnxTensor => ({ name, dtype: 'float32', dims, data: new Float32Array(dims.reduce((a, b) => a * b, 1)) });
const shapes = new Map([['x', ['n', '4']], ['w', ['4', '5']], ['r', ['1', 'n', '5']], ['q', ['n', '2', '2']]]);

function sunk(nodes: readonly OnnxNode[], initializers: readonly OnnxTensor[] = []): string[] {
  return sinkReshapes({ nodes, shapes }, initializers, ['y']).nodes.map(text);
}

describe('sinkReshapes', () => {
  it('moves a reshape behind elementwise operators and their constants', () => {
    const nodes = [node('MatMul', ['x', 'w'], 'p'), node('Reshape', ['p', 's'], 'r'), node('Add', ['r', 'bias'], 'a'), node('Relu', ['a'], 'y')];
    expect(sunk(nodes.slice(0, 3), [floats('bias', 5)]).slice(2)).toEqual(['a flat = Add(p,bias)', 'a = Reshape(a flat,s)']);
    expect(sunk(nodes.with(2, node('Mul', ['scalar', 'r'], 'a')), [floats('scalar')]).slice(2, 3)).toEqual(['a flat = Mul(scalar,p)']);
  });

  it('knows the shape of a product of matrices', () => {
    const made = sinkReshapes({ nodes: [node('Gemm', ['x', 'w'], 'p', { transB: 1 }), node('MatMul', ['x', 'w'], 'm')], shapes }, [], ['y']);
    expect([made.shapes.get('p'), made.shapes.get('m')]).toEqual([['n', '4'], ['n', '5']]);
  });

  it('leaves it where the constant is not one for all or for the last axis, or where something else reads it', () => {
    const reshape = node('Reshape', ['x', 's'], 'q');
    expect(sunk([reshape, node('Add', ['q', 'bias'], 'y')], [floats('bias', 2)])).toEqual(['q = Reshape(x,s)', 'y = Add(q,bias)']);
    expect(sunk([reshape, node('Add', ['q', 'bias'], 'y')], [floats('bias', 2, 1)])).toHaveLength(2);
    expect(sunk([reshape, node('Add', ['q', 'z'], 'y')])).toHaveLength(2);
    expect(sunk([reshape, node('Softmax', ['q'], 'y')])).toHaveLength(2);
    expect(sunk([reshape, node('Neg', ['q'], 'a'), node('Add', ['q', 'a'], 'y')])).toHaveLength(3);
  });
});
