import * as fc from 'fast-check';
import type { OnnxAttribute, OnnxData, OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxType, OnnxValueInfo } from './model.ts';
import { ARRAY_TYPES, storedLength } from './types.ts';

/** A small model with one of everything. */
export const everything: OnnxModel = {
  irVersion: 8,
  opset: { '': 17, 'com.microsoft': 1 },
  producerName: 'mixwell',
  producerVersion: '1.2.3',
  domain: 'org.example',
  modelVersion: 3,
  doc: 'Größe',
  metadata: { 'class.names': 'zero,one', empty: '' },
  graph: {
    name: 'classifier',
    doc: 'a graph',
    inputs: [{ name: 'images', dtype: 'float32', dims: ['batch', 28, 28, 1] }, { name: 'any', dtype: 'int64', dims: null }, { name: 'scalar', dtype: 'bool', dims: [] }],
    outputs: [{ name: 'logits', dtype: 'float32', dims: ['batch', ''] }],
    valueInfo: [{ name: 't', dtype: 'float32', dims: [1] }],
    initializers: [
      { name: 'f32', dtype: 'float32', dims: [2, 2], data: Float32Array.of(1, -0, Infinity, NaN) },
      { name: 'f16', dtype: 'float16', dims: [2], data: Uint16Array.of(0x3c00, 0xfbff) },
      { name: 'bf16', dtype: 'bfloat16', dims: [1], data: Uint16Array.of(0x3f80) },
      { name: 'i64', dtype: 'int64', dims: [2], data: BigInt64Array.of(-1n, 2n ** 62n) },
      { name: 'u64', dtype: 'uint64', dims: [], data: BigUint64Array.of(2n ** 64n - 1n) },
      { name: 'bool', dtype: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) },
      { name: 'empty', dtype: 'int32', dims: [0, 4], data: new Int32Array(0) },
      { name: 'words', dtype: 'string', dims: [2], data: ['a', 'ü'] },
      { name: 'large', dtype: 'float32', dims: [40, 40], data: Float32Array.from({ length: 1600 }, (_, i) => i / 7) },
    ],
    nodes: [
      {
        op: 'Conv', inputs: ['images', 'f32', ''], outputs: ['t'], name: 'conv1/Conv',
        attrs: { alpha: { float: 0.5 }, pads: [0, -1, 300, 2 ** 40], axis: -1, big: 2n ** 63n - 1n, mode: 'SAME', scales: { floats: [0.5, 1.5] }, names: { strings: ['a', ''] }, none: [] },
      },
      { op: 'FusedMatMul', domain: 'com.microsoft', inputs: ['t'], outputs: ['logits'], attrs: { value: { tensor: { name: 'value', dtype: 'int8', dims: [1], data: Int8Array.of(-3) } } } },
      { op: 'If', inputs: [], outputs: ['y'], attrs: { then_branch: { graph: { name: 'then', nodes: [], inputs: [], outputs: [], initializers: [] } } } },
    ],
  },
};

const name = fc.string({ minLength: 1, maxLength: 8, unit: 'grapheme' });
const dictionary = <T>(keys: fc.Arbitrary<string>, values: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> => fc.dictionary(keys, values, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
/** Ordinary objects; keys that are not required are sometimes missing. */
const plain = <T, K extends keyof T>(model: { [P in keyof T]: fc.Arbitrary<T[P]> }, requiredKeys = Object.keys(model) as K[]): fc.Arbitrary<Pick<T, K> & Partial<T>> =>
  fc.record<T, K>(model, { requiredKeys, noNullPrototype: true }) as fc.Arbitrary<Pick<T, K> & Partial<T>>;
const size = fc.integer({ min: 0, max: 4 });

const tensor: fc.Arbitrary<OnnxTensor> = fc.tuple(name, fc.constantFrom(...(Object.keys(ARRAY_TYPES) as (keyof typeof ARRAY_TYPES)[])), fc.array(size, { maxLength: 3 })).chain(([label, dtype, dims]) => {
  const type = ARRAY_TYPES[dtype];
  const count = storedLength(dtype, dims.reduce((product, n) => product * n, 1));
  const length = count * type.BYTES_PER_ELEMENT;
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ name: label, dtype, dims, data: new type(bytes.slice().buffer, 0, count) as OnnxData }));
});

/** Fields that nobody knows. */
const unknown = fc.array(fc.uint8Array({ maxLength: 5 }), { minLength: 1, maxLength: 2 }).map((contents) => Uint8Array.from(contents.flatMap((content) => [0xc2, 0x3e, content.length, ...content])));

const integer = fc.oneof(fc.maxSafeInteger(), fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }));

const attribute: fc.Arbitrary<OnnxAttribute> = fc.oneof(
  integer, fc.string(), fc.array(integer), plain({ float: fc.float() }), plain({ floats: fc.array(fc.float()) }), plain({ strings: fc.array(fc.string()) }), plain({ tensor }),
  plain({ tensors: fc.array(tensor, { maxLength: 2 }) }), plain({ reference: name, type: fc.integer({ min: 1, max: 14 }) }),
  plain({ graphs: fc.constant([{ name: 'a', nodes: [], inputs: [], outputs: [], initializers: [] }]) }),
);

const node: fc.Arbitrary<OnnxNode> = plain(
  { op: name, inputs: fc.array(fc.string({ maxLength: 5 })), outputs: fc.array(name), attrs: dictionary(name, attribute), domain: name, name, doc: name, unknown },
  ['op', 'inputs', 'outputs'],
);

const info: fc.Arbitrary<OnnxValueInfo> = fc.oneof(plain<OnnxValueInfo, 'name' | 'dtype' | 'dims' | 'encodedType'>({
  name, dtype: fc.constant<'other'>('other'), dims: fc.constant(null), encodedType: fc.constant(Uint8Array.of(0x22, 0x04, 0x0a, 0x02, 0x0a, 0x00)),
}), plain<OnnxValueInfo, 'name' | 'dtype' | 'dims'>({
  unknown, name, dtype: fc.constantFrom<OnnxType>('float32', 'bool', 'bfloat16', 'string'), dims: fc.option(fc.array(fc.oneof(fc.nat(), fc.string({ maxLength: 4 })), { maxLength: 4 })),
}, ['name', 'dtype', 'dims']));

const graph: fc.Arbitrary<OnnxGraph> = plain(
  { name, nodes: fc.array(node, { maxLength: 4 }), inputs: fc.array(info, { maxLength: 3 }), outputs: fc.array(info, { maxLength: 3 }), initializers: fc.array(tensor, { maxLength: 3 }), doc: name, unknown },
  ['name', 'nodes', 'inputs', 'outputs', 'initializers'],
);

const fn: fc.Arbitrary<OnnxFunction> = plain(
  {
    name, domain: name, overload: name, inputs: fc.array(name, { maxLength: 2 }), outputs: fc.array(name, { maxLength: 2 }), attributes: fc.array(name, { minLength: 1, maxLength: 2 }), defaults: dictionary(name, attribute),
    opset: dictionary(name, fc.integer({ min: 1, max: 30 })), nodes: fc.array(node, { maxLength: 2 }), valueInfo: fc.array(info, { minLength: 1, maxLength: 2 }), doc: name, unknown,
  },
  ['name', 'domain', 'inputs', 'outputs', 'opset', 'nodes'],
);

/** Any model. */
export const anyModel: fc.Arbitrary<OnnxModel> = plain(
  {
    irVersion: fc.integer({ min: 1, max: 20 }), opset: dictionary(fc.string({ maxLength: 5 }), fc.integer({ min: 1, max: 30 })),
    producerName: name, modelVersion: fc.maxSafeInteger(), metadata: dictionary(name, fc.string()), functions: fc.array(fn, { minLength: 1, maxLength: 2 }), unknown, graph,
  },
  ['irVersion', 'opset', 'graph'],
);
