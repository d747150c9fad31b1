import { expect, it } from 'vitest';
import { encodeModel } from './encode-model.ts';
import { openSession, setThreads } from './native-session.ts';

it('runs an encoded model', () => {
  const session = openSession(encodeModel({
    inputs: [{ name: 'x', dtype: 'float32', dims: [2, 2] }],
    outputs: [{ name: 'y', dtype: 'float32', dims: [2] }, { name: 'n', dtype: 'int32', dims: [] }],
    constants: [{ name: 'axes', dtype: 'int64', dims: [1], data: BigInt64Array.of(-1n) }, { name: 'three', dtype: 'int32', dims: [], data: Int32Array.of(3) }],
    nodes: [
      { op: 'LeakyRelu', domain: '', inputs: ['x'], outputs: ['t'], attrs: { alpha: { float: 0.5 } } },
      { op: 'ReduceSum', domain: '', inputs: ['t', 'axes'], outputs: ['y'], attrs: { keepdims: 0 } },
      { op: 'Neg', domain: '', inputs: ['three'], outputs: ['n'], attrs: {} },
    ],
  }), 3);
  const results = session.run({ x: session.tensor('float32', Float32Array.of(1, 2, -4, 8), [2, 2]) }, ['y', 'n']);
  expect(Array.from(results['y']!.data)).toEqual([3, 6]);
  expect(Array.from(results['n']!.data)).toEqual([-3]);
  session.release();
});

it('refuses a number of threads below one', () => {
  expect(() => setThreads(0)).toThrow(/setThreads: count must be a positive integer, got 0/);
});
