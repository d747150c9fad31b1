/** Runs the cases of the parity tests. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { type Case, fillOperand, type Operand } from './parity-operands.ts';

/** A result on the host. */
export interface Host {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** A kernel call as a function of its operands. */
export type Call = (...tensors: tf.Tensor[]) => tf.Tensor[];

/** Runs a case on the active back end; `wrap` may run the call in its own way. */
export function runCase({ kernel, inputs, attrs }: Case, wrap: (call: Call) => Call = (call) => call): Host[] {
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

function isClose(actual: number, expected: number, tolerance: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  if (Number.isNaN(actual) || Number.isNaN(expected)) return false;
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}

/** Shapes and types are equal, numbers close, NaN and infinities in the same places. */
export function expectSame(actual: readonly Host[], expected: readonly Host[], tolerance: number): void {
  expect(actual.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(expected.map(({ dtype, shape }) => ({ dtype, shape })));
  actual.forEach(({ data }, k) => {
    const wrong = data.flatMap((value, j) => (isClose(value, expected[k]!.data[j]!, tolerance) ? [] : [`[${j}] ${value} instead of ${expected[k]!.data[j]}`]));
    expect(wrong).toEqual([]);
  });
}

/** The call in words. */
export function titleOf({ kernel, inputs, attrs, note }: Case): string {
  const operands = Object.entries(inputs).map(([key, operand]) => `${key} ${operand.dtype}[${operand.shape.join()}]`);
  return `${kernel}(${operands.join(', ')}) ${attrs ? JSON.stringify(attrs) : ''} ${note ?? ''}`;
}
