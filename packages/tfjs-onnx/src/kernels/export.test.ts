import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, it } from 'vitest';
import { BACKEND_NAME, createSession, toOnnx, trace } from '../index.ts';
import { parityCases } from './parity-cases.ts';
import type { Case } from './parity-operands.ts';
import { type Call, expectSame, type Host, runCase, titleOf } from './run-case.ts';

/** A call that runs as an exported file. */
function exported(opset: number): (call: Call) => Call {
  return (call) => (...tensors) => {
    const specs = tensors.map(({ shape, dtype }, i) => ({ shape, dtype: dtype as 'float32', name: `in${i}` }));
    const session = createSession(toOnnx(trace((...operands) => call(...operands), specs), { opset }), { threads: 1 });
    const results = session.run(Object.fromEntries(tensors.map((tensor, i) => [`in${i}`, { dtype: tensor.dtype, shape: tensor.shape, data: tensor.dataSync() as Float32Array }])));
    const outputs = session.outputs.map(({ name }) => tf.tensor(results[name]!.data as Float32Array, [...results[name]!.dims], results[name]!.type as 'float32'));
    session.release();
    return outputs;
  };
}

/** Where the later opset writes another operator, or the same one by another rule. */
const OPSETS = [17, 18, 21, 26];

describe('every row of the kernel table is written to a file that equals the CPU back end', () => {
  const expected = new Map<Case, Host[]>();
  beforeAll(async () => {
    await tf.setBackend('cpu');
    for (const parityCase of parityCases) expected.set(parityCase, runCase(parityCase));
    await tf.setBackend(BACKEND_NAME);
  });

  it.each(parityCases.map((parityCase) => [titleOf(parityCase), parityCase] as const))('%s', (_, parityCase) => {
    for (const opset of OPSETS) expectSame(runCase(parityCase, exported(opset)), expected.get(parityCase)!, parityCase.tolerance ?? 2e-5);
  });
});
