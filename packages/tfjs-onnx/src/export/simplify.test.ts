import { describe, expect, it } from 'vitest';
import type { OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { simplify } from './simplify.ts';

const ints = (name: string, ...values: number[]): OnnxTensor => ({ name, dtype: 'int64', dims: [values.length], data: BigInt64Array.from(values, BigInt) });
const node = (op: string, inputs: string[], output: string, attrs: OnnxNode['attrs'] = {}): OnnxNode => ({ op, inputs, outputs: [output], attrs });
const text = ({ op, inputs, outputs, attrs }: OnnxNode): string => `${outputs.join()} = ${op}(${inputs.join()})${attrs?.['perm'] ? ` ${JSON.stringify(attrs['perm'])}` : ''}`;
const nothing = new Map<string, readonly string[]>();
const simple = (nodes: readonly OnnxNode[], constants: readonly OnnxTensor[] = [], named: readonly string[] = [], shapes = nothing): string[] => simplify({ nodes, shapes }, constants, ['y'], new Set(named)).nodes.map(text);

describe('simplify', () => {
  it('joins reshapes in a row, unless the second copies a size', () => {
    const nodes = [node('Reshape', ['x', 'a'], 't'), node('Reshape', ['t', 'b'], 'y')];
    expect(simple(nodes, [ints('a', 2, 3), ints('b', 6)])).toEqual(['y = Reshape(x,b)']);
    expect(simple(nodes, [ints('a', 2, 3), ints('b', 0, 3)])).toHaveLength(2);
  });

  it('joins transposes in a row, and drops those that undo each other', () => {
    const move = node('Transpose', ['x'], 't', { perm: [0, 2, 3, 1] });
    expect(simple([move, node('Transpose', ['t'], 'y', { perm: [1, 0, 2, 3] })])).toEqual(['y = Transpose(x) [2,0,3,1]']);
    expect(simple([move, node('Transpose', ['t'], 'u', { perm: [0, 3, 1, 2] }), node('Relu', ['u'], 'y')])).toEqual(['y = Relu(x)']);
    expect(simple([move, node('Transpose', ['t'], 'y', { perm: [0, 3, 1, 2] })])).toEqual(['y = Transpose(x) [0,1,2,3]']);
  });

  it('keeps the first operator where something else reads it', () => {
    const nodes = [node('Transpose', ['x'], 't', { perm: [1, 0] }), node('Transpose', ['t'], 'u', { perm: [1, 0] }), node('MatMul', ['t', 'u'], 'y')];
    expect(simple(nodes)).toEqual(['t = Transpose(x) [1,0]', 'y = MatMul(t,x)']);
  });

  it('drops a reshape to the shape that is there already', () => {
    const shapes = new Map([['x', ['n', '3']], ['t', ['n', '3']], ['u', ['3', 'n']], ['v', ['n', '3']], ['y', ['n', '3']]]);
    const nodes = [node('Reshape', ['x', 'a'], 't'), node('Neg', ['t'], 'y')];
    expect(simple(nodes, [ints('a', -1, 3)], [], shapes)).toEqual(['y = Neg(x)']);
    expect(simple([node('Reshape', ['x', 'a'], 'u'), node('Reshape', ['u', 'b'], 'v'), node('Neg', ['v'], 'y')], [ints('a', 3, -1), ints('b', -1, 3)], [], shapes)).toEqual(['y = Neg(x)']);
    expect(simple([node('Reshape', ['x', 'a'], 'u'), node('Neg', ['u'], 'y')], [ints('a', 3, -1)], [], shapes)).toHaveLength(2);
    expect(simple([node('Neg', ['x'], 't'), node('Reshape', ['t', 'a'], 'y')], [ints('a', -1, 3)], [], shapes)).toEqual(['y = Neg(x)']);
    expect(simple([node('Reshape', ['x', 'a'], 'y')], [ints('a', -1, 3)], [], shapes)).toEqual(['y = Reshape(x,a)']);
  });

  it('drops no reshape of a value that is a result under another name', () => {
    const shapes = new Map([['y', ['n', '3']], ['z', ['n', '3']], ['w', ['n', '3']], ['t', ['n', '3']]]);
    const names = (nodes: readonly OnnxNode[]): string[] => simplify({ nodes, shapes }, [ints('a', -1, 3)], ['y', 'z', 'w'], new Set()).nodes.map(text);
    expect(names([node('Neg', ['x'], 'y'), node('Reshape', ['y', 'a'], 'z'), node('Abs', ['y'], 'w')])).toEqual(['y = Neg(x)', 'z = Reshape(y,a)', 'w = Abs(y)']);
    expect(names([node('Neg', ['x'], 't'), node('Reshape', ['t', 'a'], 'y'), node('Reshape', ['t', 'a'], 'z'), node('Abs', ['t'], 'w')])).toEqual(['y = Neg(x)', 'z = Reshape(y,a)', 'w = Abs(y)']);
  });

  it('has one constant for equal ones, unless they are called something', () => {
    const nodes = [node('Add', ['x', 'a'], 't'), node('Mul', ['t', 'b'], 'y')];
    expect(simple(nodes, [ints('a', 1), ints('b', 1)])).toEqual(['t = Add(x,a)', 'y = Mul(t,a)']);
    expect(simplify({ nodes, shapes: nothing }, [ints('a', 1), ints('b', 1)], ['y'], new Set()).initializers.map(({ name }) => name)).toEqual(['a']);
    expect(simple(nodes, [ints('a', 1), ints('b', 1)], ['b'])).toEqual(['t = Add(x,a)', 'y = Mul(t,b)']);
    const zero = (name: string, value: number): OnnxTensor => ({ name, dtype: 'float32', dims: [], data: Float32Array.of(value) });
    expect(simple(nodes, [zero('a', 0), zero('b', -0)])).toEqual(['t = Add(x,a)', 'y = Mul(t,b)']);
  });
});
