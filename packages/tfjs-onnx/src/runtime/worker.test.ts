import { afterAll, describe, expect, it } from 'vitest';
import { configure, createSession, runtimeInfo, writeOnnx } from '../index.ts';

configure({ transport: 'worker' });

// Everything that reads, compiles and trains holds on the public API of onnxruntime-node alone.
await import('../session.test.ts');
await import('../onnx-program.test.ts');
await import('../backend/backend.test.ts');
await import('../backend/training.test.ts');
await import('../compile/compile.test.ts');

afterAll(() => configure({ transport: 'auto' }));

const double = writeOnnx({
  irVersion: 8,
  opset: { '': 17 },
  graph: {
    name: 'g', inputs: [{ name: 'x', dtype: 'uint8', dims: ['n'] }], outputs: [{ name: 'y', dtype: 'int64', dims: ['n'] }], initializers: [],
    nodes: [{ op: 'Cast', inputs: ['x'], outputs: ['y'], attrs: { to: 7 } }],
  },
});

describe('the runtime by its public API', () => {
  it('is what runs these tests', () => {
    expect(runtimeInfo().transport).toBe('worker');
  });

  it('leaves what it is fed alone, also a Buffer, whose memory is shared', () => {
    const session = createSession(Buffer.from(double));
    const data = Buffer.from([1, 2, 250]);
    for (let i = 0; i < 2; i++) expect(session.run({ x: { dtype: 'uint8', shape: [3], data } })['y']!.data).toEqual(BigInt64Array.of(1n, 2n, 250n));
    expect([...data]).toEqual([1, 2, 250]);
    expect(session.inputs).toEqual([{ name: 'x', dtype: 'uint8', dims: ['n'] }]);
    session.release();
  });

  it('passes errors on, and works afterwards', () => {
    expect(() => createSession(Uint8Array.of(1, 2, 3))).toThrow(/protobuf/i);
    const session = createSession(double);
    expect(() => session.run({ x: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } })).toThrow(/type/i);
    expect(session.run({ x: { dtype: 'uint8', shape: [1], data: Uint8Array.of(9) } })['y']!.data).toEqual(BigInt64Array.of(9n));
    session.release();
    expect(() => session.run({})).toThrow('session: it was released');
  });
});
