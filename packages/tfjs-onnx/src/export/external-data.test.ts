import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema, TensorProto_DataLocation } from 'onnx-buf';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { OnnxModel, OnnxTensor } from '../onnx/model.ts';
import { initializerBytes, writeOnnxWithData } from './external-data.ts';

const ramp = (name: string, length: number): OnnxTensor => ({ name, dtype: 'float32', dims: [length], data: Float32Array.from({ length }, (_, i) => i) });

/** y = (x + small) + large + larger, whose elements take 12, 1,200 and 8,000 bytes. */
function model(): OnnxModel {
  const initializers = [ramp('small', 3), { ...ramp('large', 300), dims: [100, 3] }, { ...ramp('larger', 2000), dims: [20, 100, 1] }];
  const nodes = [['x', 'small', 'a'], ['a', 'large', 'b'], ['b', 'larger', 'y']].map(([left, right, out]) => ({ op: 'Add', inputs: [left!, right!], outputs: [out!] }));
  const info = { dtype: 'float32', dims: null } as const;
  return { irVersion: 8, opset: { '': 17 }, graph: { name: 'sums', nodes, initializers, inputs: [{ name: 'x', ...info, dims: [1] }], outputs: [{ name: 'y', ...info, dims: [20, 100, 3] }] } };
}

describe('writeOnnxWithData', () => {
  it('puts large tensors in the other file, each at the start of a page', () => {
    const { bytes, data } = writeOnnxWithData(model(), 'sums.onnx.data');
    const { initializer } = fromBinary(ModelProtoSchema, bytes).graph!;
    expect(initializer.map(({ name, dataLocation, rawData, externalData }) => [name, dataLocation, rawData.length, Object.fromEntries(externalData.map(({ key, value }) => [key, value]))])).toEqual([
      ['small', TensorProto_DataLocation.DEFAULT, 12, {}],
      ['large', TensorProto_DataLocation.EXTERNAL, 0, { location: 'sums.onnx.data', offset: '0', length: '1200' }],
      ['larger', TensorProto_DataLocation.EXTERNAL, 0, { location: 'sums.onnx.data', offset: '4096', length: '8000' }],
    ]);
    const file = Buffer.concat([...data.chunks()]);
    expect([file.length, data.byteLength, file.readFloatLE(4 * 299), file.readFloatLE(1200), file.readFloatLE(4096 + 4 * 1999)]).toEqual([12_096, 12_096, 299, 0, 1999]);
  });

  it('copies nothing: the pieces are the tensors', () => {
    const sums = model();
    const pieces = [...writeOnnxWithData(sums, 'd').data.chunks()];
    expect(pieces.map(({ length }) => length)).toEqual([1200, 2896, 8000]);
    const [, large, larger] = sums.graph.initializers.map(({ data }) => (data as Float32Array).buffer);
    expect([pieces[0]!.buffer === large, pieces[2]!.buffer === larger]).toEqual([true, true]);
  });

  it('is what ONNX Runtime loads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mixwell-external-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const { bytes, data } = writeOnnxWithData(model(), 'sums.onnx.data');
    writeFileSync(join(folder, 'sums.onnx'), bytes);
    writeFileSync(join(folder, 'sums.onnx.data'), Buffer.concat([...data.chunks()]));
    const session = await InferenceSession.create(join(folder, 'sums.onnx'));
    const { y } = await session.run({ x: new Tensor('float32', [0.5], [1]) });
    expect(Array.from((y!.data as Float32Array).slice(-3))).toEqual([0, 1, 2].map((i) => 0.5 + i + 297 + i + 1999));
    await session.release();
  });

  it('needs the plain name of a file', () => {
    for (const location of ['', '..', '../x', 'a/b', 'a\\b']) expect(() => writeOnnxWithData(model(), location)).toThrow(new RangeError(`writeOnnxWithData: location must be the name of a file, got '${location}'`));
  });

  it('is for models whose initializers take so many bytes', () => expect(initializerBytes(model())).toBe(9212));
});
