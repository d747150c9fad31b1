import { describe, expect, it } from 'vitest';
import { adaptToOpset, irVersionOf, supportedOpsets } from './opset.ts';
import type { ExportNode } from './symbolic-constants.ts';

const reduce = (op: string, attrs: ExportNode['attrs'] = { axes: [2, 3], keepdims: 1 }): ExportNode => ({ op, inputs: ['x'], outputs: ['y'], attrs, kernel: op });

describe('adaptToOpset', () => {
  it('leaves what opset 17 says', () => {
    const nodes = [reduce('ReduceMean')];
    expect(adaptToOpset(nodes, 17)).toEqual({ nodes, initializers: [] });
  });

  it('makes axes of a reduction an operand, once for equal axes', () => {
    const { nodes, initializers } = adaptToOpset([reduce('ReduceMean'), reduce('ReduceMax'), reduce('ReduceSum', { keepdims: 1 }), reduce('Softmax', { axis: 1 })], 18);
    expect(nodes.map(({ inputs, attrs }) => [inputs.length, attrs])).toEqual([[2, { keepdims: 1 }], [2, { keepdims: 1 }], [1, { keepdims: 1 }], [1, { axis: 1 }]]);
    expect(initializers).toEqual([{ name: nodes[0]!.inputs[1], dtype: 'int64', dims: [2], data: BigInt64Array.of(2n, 3n) }]);
  });
});

describe('irVersionOf', () => {
  it('is the one that came with the opset', () => expect([17, 18, 19, 20, 21, 22, 23, 24, 25, 26].map(irVersionOf)).toEqual([8, 8, 9, 9, 10, 10, 11, 12, 13, 13]));

  it.each([supportedOpsets.oldest - 1, supportedOpsets.newest + 1, 17.5])('refuses %d', (opset) => {
    expect(() => irVersionOf(opset)).toThrow(new RangeError(`toOnnx: opset must be 17 to 26, got ${opset}`));
  });
});
