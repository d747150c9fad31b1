import { describe, expect, it } from 'vitest';
import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { foldConstants } from './fold-constants.ts';

const floats = (name: string, dims: number[], values?: number[]): OnnxTensor => ({ name, dtype: 'float32', dims, data: Float32Array.from(values ?? Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i)) });
const ints = (name: string, values: number[]): OnnxTensor => ({ name, dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
const node = (op: string, inputs: string[], output: string, attrs: OnnxNode['attrs'] = {}): OnnxNode => ({ op, inputs, outputs: [output], attrs });
const add = (constant: string): OnnxNode => node('Add', ['x', constant], 'y');

/** What the nodes make of the constants, read by an Add with an input. */
function folded(nodes: readonly OnnxNode[], constants: readonly OnnxTensor[]): Pick<OnnxTensor, 'dims' | 'data'> | undefined {
  const result = foldConstants([...nodes, add('w')], constants, ['y']);
  if (result.nodes.length > 1) return undefined;
  const [{ dims, data }] = result.initializers as [OnnxTensor];
  return { dims, data };
}

describe('foldConstants', () => {
  it('moves elements: transposes, reshapes, slices', () => {
    expect(folded([node('Transpose', ['a'], 'w', { perm: [1, 2, 0] })], [floats('a', [2, 1, 3])])).toEqual({ dims: [1, 3, 2], data: Float32Array.of(0, 3, 1, 4, 2, 5) });
    expect(folded([node('Reshape', ['a', 's'], 'w')], [floats('a', [2, 3]), ints('s', [3, -1])])).toEqual({ dims: [3, 2], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
    const slice = node('Slice', ['a', 'starts', 'ends', 'axes', 'steps'], 'w');
    const flipped = [floats('a', [3, 2]), ints('starts', [-1]), ints('ends', [-1000]), ints('axes', [0]), ints('steps', [-1])];
    expect(folded([slice], flipped)).toEqual({ dims: [3, 2], data: Float32Array.of(4, 5, 2, 3, 0, 1) });
    expect(folded([slice], [floats('a', [5]), ints('starts', [1]), ints('ends', [1000]), ints('axes', [0]), ints('steps', [2])])).toEqual({ dims: [2], data: Float32Array.of(1, 3) });
  });

  it('computes in float32, with broadcasting', () => {
    const product = (a: number, b: number): number => Math.fround(Math.fround(a) * Math.fround(b));
    expect(folded([node('Mul', ['a', 'b'], 't'), node('Sqrt', ['t'], 'w')], [floats('a', [2, 2], [0.1, 0.2, 0.3, 0.4]), floats('b', [2], [0.7, 3])])).toEqual({
      dims: [2, 2], data: Float32Array.of(Math.sqrt(product(0.1, 0.7)), Math.sqrt(product(0.2, 3)), Math.sqrt(product(0.3, 0.7)), Math.sqrt(product(0.4, 3))),
    });
  });

  it('adds whole numbers, which say where slices end', () => {
    const at = (name: string, value: number): OnnxTensor => ({ name, dtype: 'int32', dims: [1], data: Int32Array.of(value) });
    expect(folded([node('Add', ['a', 'b'], 'w')], [at('a', 3), at('b', -5)])).toEqual({ dims: [1], data: Int32Array.of(-2) });
  });

  it('leaves what depends on an input, what it does not know, and what would grow', () => {
    expect(folded([node('Neg', ['x'], 'w')], [])).toBeUndefined();
    expect(folded([node('Erf', ['a'], 'w')], [floats('a', [2])])).toBeUndefined();
    expect(folded([node('Add', ['a', 'b'], 'w')], [floats('a', [4, 1]), floats('b', [4])])).toBeUndefined();
    expect(folded([node('Neg', ['a'], 'w')], [ints('a', [1])])).toBeUndefined();
    expect(folded([node('Reshape', ['a', 's'], 'w')], [floats('a', [2, 3]), ints('s', [0, 3])])).toBeUndefined();
    expect(foldConstants([node('Neg', ['a'], 'y')], [floats('a', [2])], ['y']).nodes).toHaveLength(1);
  });

  it('remembers what a constant was made of', () => {
    const nodes = [node('Transpose', ['a'], 't', { perm: [0] }), node('Mul', ['t', 'b'], 'm'), node('Reshape', ['m', 's'], 'w'), add('w')];
    const { folded: history, initializers } = foldConstants(nodes, [floats('a', [2]), floats('b', [2]), ints('s', [2, 1])], ['y']);
    expect(initializers.map(({ name }) => name)).toEqual(['w']);
    expect([history.get('t'), history.get('w')]).toEqual([{ sources: ['a'], op: null }, { sources: ['a', 'b'], op: 'Mul' }]);
  });
});
