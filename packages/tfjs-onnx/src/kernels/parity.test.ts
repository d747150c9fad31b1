import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { BACKEND_NAME, type OnnxRuntimeBackend } from '../index.ts';
import { type Case, fillOperand, type Operand, parityCases } from './parity-cases.ts';
import { kernelTable } from './table.ts';

interface Host {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

type Call = (...tensors: tf.Tensor[]) => tf.Tensor[];

/** Runs a case on the active back end. */
function runCase({ kernel, inputs, attrs }: Case, wrap: (call: Call) => Call = (call) => call): Host[] {
  const isList = Array.isArray(inputs);
  const keys = Object.keys(inputs);
  return tf.tidy(() => {
    const tensors = keys.map((key, k) => fillOperand((inputs as Record<string, Operand>)[key]!, k + keys.length * 7));
    const call: Call = (...operands) => {
      const named = isList ? operands : Object.fromEntries(operands.map((operand, k) => [keys[k]!, operand]));
      const result = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(kernel, named as never, (attrs ?? {}) as never);
      return Array.isArray(result) ? result : [result];
    };
    return wrap(call)(...tensors).map((tensor) => ({ dtype: tensor.dtype, shape: tensor.shape, data: Array.from(tensor.dataSync()) }));
  });
}

function close(actual: number, expected: number, tolerance: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  if (Number.isNaN(actual) || Number.isNaN(expected)) return false;
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

function expectSame(actual: readonly Host[], expected: readonly Host[], tolerance: number): void {
  expect(actual.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(expected.map(({ dtype, shape }) => ({ dtype, shape })));
  actual.forEach(({ data }, k) => {
    const wrong = data.flatMap((value, j) => (close(value, expected[k]!.data[j]!, tolerance) ? [] : [`[${j}] ${value} instead of ${expected[k]!.data[j]}`]));
    expect(wrong).toEqual([]);
  });
}

function title({ kernel, inputs, attrs, note }: Case): string {
  const operands = Object.entries(inputs).map(([key, operand]) => `${key} ${operand.dtype}[${operand.shape.join()}]`);
  return `${kernel}(${operands.join(', ')}) ${attrs ? JSON.stringify(attrs) : ''} ${note ?? ''}`;
}

describe('every row of the kernel table equals the CPU back end', () => {
  const expected = new Map<Case, Host[]>();
  beforeAll(async () => {
    await tf.setBackend('cpu');
    for (const parityCase of parityCases) expected.set(parityCase, runCase(parityCase));
    await tf.setBackend(BACKEND_NAME);
  });

  it.each(parityCases.map((parityCase) => [title(parityCase), parityCase] as const))('%s', (_, parityCase) => {
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
