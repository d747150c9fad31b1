import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME, configure, type OnnxRuntimeBackend } from '../index.ts';
import { parityCases } from './parity-cases.ts';
import type { Case } from './parity-operands.ts';
import { expectSame, type Host, runCase, titleOf } from './run-case.ts';
import { kernelTable } from './table.ts';

describe('every row of the kernel table equals the CPU back end', () => {
  const expected = new Map<Case, Host[]>();
  beforeAll(async () => {
    await tf.setBackend('cpu');
    for (const parityCase of parityCases) expected.set(parityCase, runCase(parityCase));
    await tf.setBackend(BACKEND_NAME);
    configure({ threads: 1 });
  });

  it.each(parityCases.map((parityCase) => [titleOf(parityCase), parityCase] as const))('%s', (_, parityCase) => {
    expectSame(runCase(parityCase), expected.get(parityCase)!, parityCase.tolerance ?? 2e-5);
    // Compiled: a fallback to the CPU back end would throw here.
    const backend = tf.backend() as OnnxRuntimeBackend;
    expectSame(runCase(parityCase, (call) => backend.compile(call)), expected.get(parityCase)!, parityCase.tolerance ?? 2e-5);
  });

  it('has a case for every row that TensorFlow.js has too', () => {
    const tested = new Set(parityCases.map((parityCase) => parityCase.kernel));
    const ours = new Set(['NormTrain', 'NormTrainGrad', 'LogSoftmax']);
    expect(Object.keys(kernelTable).filter((name) => !tested.has(name) && !ours.has(name))).toEqual([]);
  });
});
