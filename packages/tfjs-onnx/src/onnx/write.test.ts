import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { everything } from './fixtures.ts';
import type { OnnxModel, OnnxNode, OnnxTensor } from './model.ts';
import { writeOnnx } from './write.ts';

const withNode = (node: OnnxNode): OnnxModel => ({ ...everything, graph: { ...everything.graph, nodes: [node] } });
const withTensor = (tensor: OnnxTensor): OnnxModel => ({ ...everything, graph: { ...everything.graph, initializers: [tensor] } });

describe('writeOnnx', () => {
  const model = fromBinary(ModelProtoSchema, writeOnnx(everything));
  const graph = model.graph!;

  it('writes a model that a reader made from the ONNX schema understands', () => {
    expect([model.irVersion, model.modelVersion, model.producerName, model.producerVersion, model.domain, model.docString]).toEqual([8n, 3n, 'mixwell', '1.2.3', 'org.example', 'Größe']);
    expect(model.opsetImport.map(({ domain, version }) => [domain, version])).toEqual([['', 17n], ['com.microsoft', 1n]]);
    expect(model.metadataProps.map(({ key, value }) => [key, value])).toEqual([['class.names', 'zero,one'], ['empty', '']]);
    expect([graph.name, graph.docString]).toEqual(['classifier', 'a graph']);
  });

  it('writes types and shapes', () => {
    const dims = (index: number): unknown => {
      const type = graph.input[index]!.type!.value;
      return type.case === 'tensorType' ? [type.value.elemType, type.value.shape?.dim.map((dim) => dim.value.value)] : undefined;
    };
    expect([dims(0), dims(1), dims(2)]).toEqual([[1, ['batch', 28n, 28n, 1n]], [7, undefined], [9, []]]);
    expect(graph.valueInfo.map((info) => info.name)).toEqual(['t']);
  });

  it('writes tensors as raw bytes, strings apart', () => {
    expect(graph.initializer.map(({ name, dataType, dims, rawData }) => [name, dataType, dims.map(Number), rawData?.length])).toEqual([
      ['f32', 1, [2, 2], 16], ['f16', 10, [2], 4], ['bf16', 16, [1], 2], ['i64', 7, [2], 16], ['u64', 13, [], 8], ['bool', 9, [3], 3], ['empty', 6, [0, 4], 0], ['words', 8, [2], 0], ['large', 1, [40, 40], 6400],
    ]);
    const { rawData } = graph.initializer[8]!;
    expect(new Float32Array(rawData.slice().buffer)).toEqual(everything.graph.initializers[8]!.data);
    expect(graph.initializer[7]!.stringData.map((bytes) => new TextDecoder().decode(bytes))).toEqual(['a', 'ü']);
  });

  it('writes attributes with their types', () => {
    const [conv, fused, branch] = graph.node as [typeof graph.node[0], typeof graph.node[0], typeof graph.node[0]];
    expect([conv.name, conv.opType, conv.input, conv.output, fused.domain]).toEqual(['conv1/Conv', 'Conv', ['images', 'f32', ''], ['t'], 'com.microsoft']);
    const attr = Object.fromEntries(conv.attribute.map((item) => [item.name, item]));
    expect(conv.attribute.map((item) => item.type)).toEqual([1, 7, 2, 2, 3, 6, 8, 7]);
    expect([attr['alpha']!.f, attr['pads']!.ints, attr['axis']!.i, attr['big']!.i, attr['scales']!.floats]).toEqual([0.5, [0n, -1n, 300n, 2n ** 40n], -1n, 2n ** 63n - 1n, [0.5, 1.5]]);
    expect(new TextDecoder().decode(attr['mode']!.s)).toBe('SAME');
    expect([fused.attribute[0]!.type, fused.attribute[0]!.t?.dataType]).toEqual([4, 3]);
    expect([branch.attribute[0]!.type, branch.attribute[0]!.g?.name]).toEqual([5, 'then']);
  });

  it('writes the graph last, so that no cut goes unnoticed', () => {
    const bytes = writeOnnx({ irVersion: 8, opset: { '': 17 }, metadata: { a: 'b' }, graph: { name: 'last', nodes: [], inputs: [], outputs: [], initializers: [] } });
    expect(new TextDecoder().decode(bytes.slice(-4))).toBe('last');
  });

  it('refuses a model of 2 GiB before it makes room for it', () => {
    const part: OnnxTensor = { name: 'w', dtype: 'uint8', dims: [2 ** 26], data: new Uint8Array(2 ** 26) };
    const parts = Array.from({ length: 32 }, (_, i) => ({ ...part, name: `w${i}` }));
    expect(() => writeOnnx({ ...everything, graph: { ...everything.graph, initializers: parts } })).toThrow(/^writeOnnx: the model must take less than 2 GiB, got 21474\d+ bytes$/);
  });

  it('refuses what is not what its type says', () => {
    expect(() => writeOnnx(withNode({ op: 'A', name: 'n', inputs: [], outputs: [], attrs: { alpha: 0.5 } }))).toThrow('node n (A): attribute alpha: a bare number must be a whole number, got 0.5; write { float: 0.5 }');
    expect(() => writeOnnx(withTensor({ name: 'w', dtype: 'float32', dims: [3], data: Float32Array.of(1) }))).toThrow('tensor w: dims [3] need 3 elements, got 1');
    expect(() => writeOnnx(withTensor({ name: 'w', dtype: 'int64', dims: [1], data: Int32Array.of(1) }))).toThrow('tensor w: int64 is held in BigInt64Array, got Int32Array');
  });
});
