import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { OnnxModel } from './onnx/model.ts';
import { writeOnnx } from './onnx/write.ts';
import { createSession, type OnnxSession, type SessionTensor } from './session.ts';

const model: OnnxModel = {
  irVersion: 8,
  opset: { '': 17 },
  graph: {
    name: 'g',
    inputs: [{ name: 'x', dtype: 'float32', dims: ['batch', 2] }],
    outputs: [{ name: 'y', dtype: 'float32', dims: ['batch'] }, { name: 'n', dtype: 'int32', dims: [] }],
    initializers: [{ name: 'axes', dtype: 'int64', dims: [1], data: BigInt64Array.of(-1n) }, { name: 'three', dtype: 'int32', dims: [], data: Int32Array.of(3) }],
    nodes: [
      { op: 'LeakyRelu', inputs: ['x'], outputs: ['t'], attrs: { alpha: { float: 0.5 } } },
      { op: 'ReduceSum', inputs: ['t', 'axes'], outputs: ['y'], attrs: { keepdims: 0 } },
      { op: 'Neg', inputs: ['three'], outputs: ['n'] },
    ],
  },
};

const numbers = (tensor: SessionTensor | undefined): number[] => Array.from(tensor!.data as Float32Array);
const open: OnnxSession[] = [];
const load = (): OnnxSession => {
  const session = createSession(writeOnnx(model));
  open.push(session);
  return session;
};
afterAll(() => open.forEach((session) => session.release()));

const x = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, 2, -4, 8) } as const;

describe('createSession', () => {
  it('runs a model that we wrote, at any size of a symbolic axis', () => {
    const results = load().run({ x });
    expect(numbers(results['y'])).toEqual([3, 6]);
    expect(results['y']!.dims).toEqual([2]);
    expect(numbers(results['n'])).toEqual([-3]);
    expect(numbers(load().run({ x: { dtype: 'float32', shape: [1, 2], data: Float32Array.of(3, 4) } }, ['y'])['y'])).toEqual([7]);
  });

  it('takes its own results, and tensors made once', () => {
    const session = load();
    const fed = session.tensor('float32', Float32Array.of(1, 1), [1, 2]);
    expect(numbers(session.run({ x: fed }, ['y'])['y'])).toEqual([2]);
    expect(Object.keys(session.run({ x: fed }, ['y']))).toEqual(['y']);
    const plain = { type: 'float32', dims: [1, 2], data: Float32Array.of(2, 2) };
    expect(numbers(session.run({ x: plain }, ['y'])['y'])).toEqual([4]);
  });

  it('has float16 as its bits, on every version of Node', () => {
    const half: OnnxModel = {
      ...model,
      graph: { name: 'g', inputs: [{ name: 'x', dtype: 'float16', dims: ['n'] }], outputs: [{ name: 'y', dtype: 'float16', dims: ['n'] }], initializers: [], nodes: [{ op: 'Neg', inputs: ['x'], outputs: ['y'] }] },
    };
    const session = createSession(writeOnnx(half));
    open.push(session);
    const data = Uint16Array.of(0x3c00, 0x4000);
    const { y } = session.run({ x: { dtype: 'float16', shape: [2], data } });
    expect(y).toMatchObject({ type: 'float16', dims: [2], data: Uint16Array.of(0xbc00, 0xc000) });
    expect(session.run({ x: y! })['y']!.data).toEqual(data);
    const { Tensor } = createRequire(import.meta.url)('onnxruntime-node') as { Tensor: new (type: string, data: Uint16Array, dims: number[]) => SessionTensor };
    expect(session.run({ x: new Tensor('float16', data, [2]) })['y']!.data).toEqual(Uint16Array.of(0xbc00, 0xc000));
  });

  it('says what the inputs and outputs are', () => {
    const session = load();
    expect(session.inputs).toEqual([{ name: 'x', dtype: 'float32', dims: ['batch', 2] }]);
    expect(session.outputs).toEqual([{ name: 'y', dtype: 'float32', dims: ['batch'] }, { name: 'n', dtype: 'int32', dims: [] }]);
  });

  it('loads a model by its path', () => {
    const folder = mkdtempSync(join(tmpdir(), 'session-'));
    writeFileSync(join(folder, 'model.onnx'), writeOnnx(model));
    const session = createSession(join(folder, 'model.onnx'));
    rmSync(folder, { recursive: true });
    expect(numbers(session.run({ x }, ['y'])['y'])).toEqual([3, 6]);
    session.release();
    expect(() => createSession(join(folder, 'model.onnx'))).toThrow(/model\.onnx/);
  });

  it('refuses a model that is none, a missing input, and to run after its release', () => {
    expect(() => createSession(Uint8Array.of(1, 2, 3))).toThrow(/protobuf/i);
    expect(() => load().run({ z: x })).toThrow('session: input x is missing, got z');
    expect(() => load().run({ x, z: x })).toThrow('session: z is no input, but x');
    const session = load();
    session.release();
    session.release();
    expect(() => session.run({ x })).toThrow('session: it was released');
  });
});
