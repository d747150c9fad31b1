import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as fc from 'fast-check';
import { AttributeProto_AttributeType, AttributeProtoSchema, GraphProtoSchema, ModelProtoSchema, NodeProtoSchema, OperatorSetIdProtoSchema, TensorProto_DataLocation, TensorProtoSchema, type TensorProto } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { anyModel, everything } from './fixtures.ts';
import type { OnnxTensor } from './model.ts';
import { readOnnx } from './read.ts';
import { writeOnnx } from './write.ts';

type Fields = Omit<Partial<TensorProto>, '$typeName' | '$unknown'>;

/** The tensor that our reader makes of one written by another library. */
function readTensor(fields: Fields): OnnxTensor {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: 17n })],
    graph: create(GraphProtoSchema, { name: 'g', initializer: [create(TensorProtoSchema, { name: 'w', ...fields })] }),
  });
  return readOnnx(toBinary(ModelProtoSchema, model)).graph.initializers[0]!;
}

describe('readOnnx', () => {
  it('reads what we write', () => {
    expect(readOnnx(writeOnnx(everything))).toEqual(everything);
    fc.assert(fc.property(anyModel, (model) => { expect(readOnnx(writeOnnx(model))).toEqual(model); }), { numRuns: 300, seed: 1 });
  });

  it('shares no memory with the bytes, not even with a Buffer', () => {
    const bytes = Buffer.from(writeOnnx(everything));
    const read = readOnnx(bytes);
    bytes.fill(0);
    expect(read).toEqual(everything);
  });

  it('reads elements in every field that the format allows', () => {
    expect(readTensor({ dataType: 1, dims: [2n], floatData: [0.5, -1] }).data).toEqual(Float32Array.of(0.5, -1));
    expect(readTensor({ dataType: 11, dims: [1n], doubleData: [1e-300] }).data).toEqual(Float64Array.of(1e-300));
    expect(readTensor({ dataType: 7, dims: [2n], int64Data: [-5n, 2n ** 60n] }).data).toEqual(BigInt64Array.of(-5n, 2n ** 60n));
    expect(readTensor({ dataType: 13, dims: [1n], uint64Data: [2n ** 64n - 1n] }).data).toEqual(BigUint64Array.of(2n ** 64n - 1n));
    expect(readTensor({ dataType: 12, dims: [1n], uint64Data: [4_000_000_000n] }).data).toEqual(Uint32Array.of(4_000_000_000));
    expect(readTensor({ dataType: 6, dims: [2n], int32Data: [-7, 2 ** 31 - 1] }).data).toEqual(Int32Array.of(-7, 2 ** 31 - 1));
    expect(readTensor({ dataType: 3, dims: [1n], int32Data: [-7] }).data).toEqual(Int8Array.of(-7));
    expect(readTensor({ dataType: 9, dims: [2n], int32Data: [1, 0] })).toEqual({ name: 'w', dtype: 'bool', dims: [2], data: Uint8Array.of(1, 0) });
    expect(readTensor({ dataType: 10, dims: [1n], int32Data: [0x3c00] })).toEqual({ name: 'w', dtype: 'float16', dims: [1], data: Uint16Array.of(0x3c00) });
    expect(readTensor({ dataType: 16, dims: [1n], rawData: Uint8Array.of(0x80, 0x3f) })).toEqual({ name: 'w', dtype: 'bfloat16', dims: [1], data: Uint16Array.of(0x3f80) });
    expect(readTensor({ dataType: 8, dims: [1n], stringData: [new TextEncoder().encode('é')] }).data).toEqual(['é']);
  });

  it('skips fields it does not know', () => {
    const node = create(NodeProtoSchema, { opType: 'Relu', docString: 'a comment', attribute: [create(AttributeProtoSchema, { name: 'a', i: 3n, type: AttributeProto_AttributeType.INT, docString: 'why' })] });
    const model = create(ModelProtoSchema, { irVersion: 10n, opsetImport: [{ version: 21n }], graph: { name: 'g', node: [node], metadataProps: [{ key: 'k', value: 'v' }] } });
    expect(readOnnx(toBinary(ModelProtoSchema, model)).graph.nodes).toEqual([{ op: 'Relu', inputs: [], outputs: [], attrs: { a: 3 }, doc: 'a comment' }]);
  });

  it('keeps what it does not know, and attributes of other kinds, for the writer', () => {
    const model = create(ModelProtoSchema, {
      irVersion: 10n, opsetImport: [{ domain: '', version: 21n }], trainingInfo: [{ initializationBinding: [{ key: 'a', value: 'b' }] }],
      graph: {
        name: 'g', metadataProps: [{ key: 'k', value: 'v' }], quantizationAnnotation: [{ tensorName: 't' }],
        sparseInitializer: [{ values: { name: 's', dataType: 1, dims: [1n], floatData: [2] }, indices: { dataType: 7, dims: [1n], int64Data: [3n] }, dims: [9n] }],
        output: [{ name: 'map', docString: 'of classes', type: { value: { case: 'sequenceType', value: { elemType: { value: { case: 'mapType', value: { keyType: 7 } } } } } } }, { name: 'untyped' }],
        node: [{
          opType: 'Custom', metadataProps: [{ key: 'k', value: 'v' }], attribute: [
            { name: 'bytes', type: AttributeProto_AttributeType.STRING, s: Uint8Array.of(0xff, 0x00) }, { name: 'blobs', type: AttributeProto_AttributeType.STRINGS, strings: [Uint8Array.of(0xff)] },
            { name: 'of', type: AttributeProto_AttributeType.TYPE_PROTO, tp: { value: { case: 'tensorType', value: { elemType: 1 } } } },
            { name: 'sparse', type: AttributeProto_AttributeType.SPARSE_TENSOR, sparseTensor: { dims: [4n] } }, { name: 'nothing', type: AttributeProto_AttributeType.SPARSE_TENSORS },
          ],
        }],
      },
    });
    const again = readOnnx(writeOnnx(readOnnx(toBinary(ModelProtoSchema, model))));
    expect(again).toEqual(readOnnx(toBinary(ModelProtoSchema, model)));
    expect(Object.values(again.graph.nodes[0]!.attrs!).map((attr) => Object.keys(attr))).toEqual(Array.from({ length: 5 }, () => ['encoded']));
    expect(again.graph.outputs.map(({ name, dtype, encodedType }) => [name, dtype, encodedType?.length])).toEqual([['map', 'other', 8], ['untyped', 'other', undefined]]);
    expect(fromBinary(ModelProtoSchema, writeOnnx(again))).toEqual(fromBinary(ModelProtoSchema, toBinary(ModelProtoSchema, model)));
  });

  it('finds the type of an attribute that does not say it, as old files do not', () => {
    const node = create(NodeProtoSchema, { opType: 'A', attribute: [create(AttributeProtoSchema, { name: 'i', i: 3n }), create(AttributeProtoSchema, { name: 'fs', floats: [0.5] }), create(AttributeProtoSchema, { name: 's', s: Uint8Array.of(97) })] });
    const model = create(ModelProtoSchema, { irVersion: 1n, opsetImport: [{ version: 1n }], graph: { name: 'g', node: [node] } });
    expect(readOnnx(toBinary(ModelProtoSchema, model)).graph.nodes[0]!.attrs).toEqual({ i: 3, fs: { floats: [0.5] }, s: 'a' });
  });

  it('refuses a file that was cut anywhere, naming a byte', () => {
    const bytes = writeOnnx(everything);
    for (let length = 0; length < bytes.length; length++) expect(() => readOnnx(bytes.subarray(0, length)), `cut to ${length}`).toThrow(/^readOnnx: byte \d+/);
  });

  it('reads or refuses a file with a wrong byte, and never fails in another way', () => {
    const bytes = writeOnnx({ ...everything, graph: { ...everything.graph, initializers: everything.graph.initializers.slice(0, 8) } });
    fc.assert(fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
      const damaged = bytes.slice();
      damaged[at] = value;
      try {
        readOnnx(damaged);
      } catch (error) {
        expect((error as Error).message).toMatch(/^readOnnx: byte \d+/);
      }
    }), { numRuns: 3000, seed: 2 });
  });

  it('says what is wrong, and where', () => {
    expect(() => readTensor({ dataType: 1, dims: [3n], rawData: new Uint8Array(8) })).toThrow(/byte \d+, graph: tensor w: 3 elements of float32 take 12 bytes, got 8/);
    expect(() => readTensor({ dataType: 1, dims: [3n], floatData: [1] })).toThrow('tensor w: 3 elements of float32 expected in float_data, got 1');
    expect(() => readTensor({ dataType: 1, dims: [-1n], floatData: [] })).toThrow('tensor w: dims [-1]');
    expect(() => readTensor({ dataType: 99, dims: [] })).toThrow('graph.initializer: element type 99 is not known');
    expect(() => readTensor({ dataType: 1, dims: [], dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: [{ $typeName: 'onnx.StringStringEntryProto', key: 'location', value: 'x' }] })).toThrow('tensor w lies in another file, x; loadOnnx reads such models');
    expect(() => readOnnx(Uint8Array.of(0x3a, 0x03, 0x12, 0x01, 0xff))).toThrow('readOnnx: byte 3, graph: text that is not UTF-8');
    expect(() => readOnnx(new TextEncoder().encode('<html>'))).toThrow(/^readOnnx: byte/);
    expect(() => readOnnx(new Uint8Array(0))).toThrow('the file ends without a graph: it was cut off, or is no ONNX model');
  });

  it('refuses a file that nests graphs without end', () => {
    let bytes = new Uint8Array(0);
    for (let i = 0; i < 400; i++) {
      const length = bytes.length;
      const varint = length < 128 ? [length] : [(length & 127) | 128, length >> 7];
      bytes = Uint8Array.of([0x3a, 0x0a, 0x2a, 0x32][i % 4]!, ...varint, ...bytes);
    }
    expect(() => readOnnx(bytes)).toThrow(/nested too deeply|^readOnnx: byte/);
  });
});
