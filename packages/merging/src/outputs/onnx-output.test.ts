import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { float32ToFloat16, type HostTensor, hostTensor, stateDict } from '@mixwell/tensor';
import { readStateDict } from '@mixwell/tensor/node';
import { ModelProtoSchema, TensorProto_DataLocation, type TensorProtoSchema } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { mergeStateDicts } from '../merge-state-dicts.ts';
import { scratchFolder } from '../run/fixtures.ts';
import { mergeFiles } from '../run/merge-files.ts';
import { openCheckpoint } from '../sources/open-checkpoint.ts';

type Initializer = MessageInitShape<typeof TensorProtoSchema>;
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBuffer> => new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength).slice();
const x = (k: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: 6 }, (_, i) => k * Math.sin(i + k));
const halves = (k: number): Uint16Array => float32ToFloat16(x(k));

/** Weights in every form that ONNX has for them. */
const initializersOf = (k: number): Initializer[] => [
  { name: 'raw', dataType: 1, dims: [2n, 3n], rawData: bytesOf(x(k)) },
  { name: 'packed', dataType: 1, dims: [6n], floatData: [...x(k + 1)] },
  { name: 'double', dataType: 11, dims: [6n], doubleData: [...x(k + 2)] },
  { name: 'half', dataType: 10, dims: [6n], rawData: bytesOf(halves(k)) },
  { name: 'shape', dataType: 7, dims: [3n], int64Data: [1n, -1n, 2n ** 40n] },
  { name: 'small', dataType: 3, dims: [2n], int32Data: [-3, 100] },
  { name: 'none', dataType: 1, dims: [0n, 4n] },
];

function save(path: string, initializer: Initializer[]): string {
  const model = { irVersion: 8n, producerName: 'test', opsetImport: [{ domain: '', version: 17n }], graph: { name: 'g', node: [{ opType: 'Add', input: ['raw', 'raw'], output: ['y'] }], initializer, output: [{ name: 'y' }] } };
  writeFileSync(path, toBinary(ModelProtoSchema, create(ModelProtoSchema, model)));
  return path;
}

const float32 = (shape: readonly number[], data: Float32Array): HostTensor => hostTensor('float32', shape, data);
const dictOf = (k: number) => stateDict<HostTensor>([
  ['raw', float32([2, 3], x(k))], ['packed', float32([6], x(k + 1))], ['double', hostTensor('float64', [6], Float64Array.from(x(k + 2)))], ['half', hostTensor('float16', [6], halves(k))],
  ['shape', hostTensor('int64', [3], BigInt64Array.of(1n, -1n, 2n ** 40n))], ['small', hostTensor('int8', [2], Int8Array.of(-3, 100))], ['none', float32([0, 4], new Float32Array(0))],
]);

describe('ONNX files', () => {
  it('are merged from every form of elements', async () => {
    const folder = scratchFolder();
    const models = [1, 2].map((k) => save(join(folder, `m${k}.onnx`), initializersOf(k)));
    await mergeFiles('linear', { models, out: join(folder, 'out.safetensors'), threads: 0, range: 4 });
    const { merged } = mergeStateDicts('linear', { models: [dictOf(1), dictOf(2)] });
    expect({ ...await readStateDict(join(folder, 'out.safetensors')) }).toEqual({ ...merged });
  });

  it('are written as copies of the first, with other elements', async () => {
    const folder = scratchFolder();
    const models = [1, 2].map((k) => save(join(folder, `m${k}.onnx`), initializersOf(k)));
    const out = join(folder, 'out.onnx');
    await mergeFiles('linear', { models, out, threads: 0, range: 4 });
    const { merged } = mergeStateDicts('linear', { models: [dictOf(1), dictOf(2)] });
    const [before, after] = [models[0]!, out].map((path) => fromBinary(ModelProtoSchema, readFileSync(path)));
    const { initializer } = after!.graph!;
    expect({ ...after, graph: { ...after!.graph, initializer: [] } }).toEqual({ ...before, graph: { ...before!.graph, initializer: [] } });
    expect(Buffer.from(initializer[0]!.rawData).equals(bytesOf(merged['raw']!.data))).toBe(true);
    expect(initializer[1]!.floatData).toEqual([...merged['packed']!.data]);
    expect(initializer[2]!.doubleData).toEqual([...merged['double']!.data]);
    expect(Buffer.from(initializer[3]!.rawData).equals(bytesOf(merged['half']!.data))).toBe(true);
    expect(initializer.slice(4)).toEqual(before!.graph!.initializer.slice(4));
  });

  it('may have their elements in files beside them', async () => {
    const folder = scratchFolder();
    const models = [1, 2].map((k) => {
      const model = join(folder, `m${k}`);
      mkdirSync(model);
      writeFileSync(join(model, 'w.data'), Buffer.concat([Buffer.alloc(8, 7), bytesOf(x(k)), bytesOf(x(k + 1))]));
      const external = (offset: number) => ({ dataType: 1, dims: [6n], dataLocation: TensorProto_DataLocation.EXTERNAL, externalData: [{ key: 'location', value: 'w.data' }, { key: 'offset', value: String(offset) }, { key: 'length', value: '24' }] });
      save(join(model, 'm.onnx'), [{ name: 'a', ...external(8) }, { name: 'b', ...external(32) }]);
      return model;
    });
    const out = join(folder, 'out');
    await mergeFiles('linear', { models, out, threads: 0, range: 4 });
    const wanted = mergeStateDicts('linear', { models: [1, 2].map((k) => ({ a: float32([6], x(k)), b: float32([6], x(k + 1)) })) }).merged;
    expect(readdirSync(out).sort()).toEqual(['m.onnx', 'w.data']);
    expect(readFileSync(join(out, 'w.data')).equals(Buffer.concat([Buffer.alloc(8, 7), bytesOf(wanted['a']!.data), bytesOf(wanted['b']!.data)]))).toBe(true);
    expect(readFileSync(join(out, 'm.onnx')).equals(readFileSync(join(models[0]!, 'm.onnx')))).toBe(true);
    await expect(mergeFiles('linear', { models, out: join(folder, 'one.onnx'), threads: 0 })).rejects.toThrow('has elements in other files, so the output must be a folder');
  });

  it('say what cannot be written', async () => {
    const folder = scratchFolder();
    const model = save(join(folder, 'm.onnx'), initializersOf(1));
    const out = join(folder, 'out.onnx');
    await expect(mergeFiles('linear', { models: [model], dtype: 'float16', out, threads: 0 })).rejects.toThrow('onnx: "raw" must be float32 [2, 3] as in ');
    const varints = save(join(folder, 'v.onnx'), [{ name: 'h', dataType: 10, dims: [2n], int32Data: [0x3c00, 0x4000] }]);
    expect((await openCheckpoint(varints)).tensors['h']).toMatchObject({ varints: true });
    await expect(mergeFiles('linear', { models: [varints], out, threads: 0 })).rejects.toThrow('onnx: "h" must be raw or packed to be merged in place');
    await mergeFiles('linear', { models: [varints], out: join(folder, 'h.safetensors'), threads: 0 });
    expect([...(await readStateDict(join(folder, 'h.safetensors')))['h']!.data]).toEqual([0x3c00, 0x4000]);
    await expect(mergeFiles('linear', { models: [join(folder, 'h.safetensors')], out, threads: 0 })).rejects.toThrow('ONNX needs a graph: the base (or first model) must be an ONNX file');
  });
});
