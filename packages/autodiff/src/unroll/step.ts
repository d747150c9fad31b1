import type * as tf from '@tensorflow/tfjs-core';
import type { ObjectiveResult } from '../differentiate.ts';
import { zipTensors } from '../zip-tensors.ts';

/** A step of a loop: the state after it, from the state before it, what only this step is given, and what all steps share. */
export type Step<Carry, Input, Shared extends unknown[]> = (carry: Carry, input: Input, ...shared: Shared) => Carry;

/** A loss of the states of a loop: `carries[t]` is the state after t steps, `carries[0]` the one at the start. */
export type LossOfSteps<Carry, Shared extends unknown[], Result extends ObjectiveResult = ObjectiveResult> = (carries: readonly Carry[], ...shared: Shared) => Result;

/** A loop that has been run and differentiated: a gradient for each position. */
export interface Unrolled {
  readonly value: tf.Scalar;
  readonly aux: object;
  readonly grads: readonly unknown[];
}

export type Unroll<Carry, Input, Shared extends unknown[]> = (carry: Carry, inputs: readonly Input[], ...shared: Shared) => Unrolled;

/** All states, from the start on. */
export function statesOf<Carry, Input, Shared extends unknown[]>(step: Step<Carry, Input, Shared>, start: Carry, inputs: readonly Input[], shared: Shared): Carry[] {
  const carries = [start];
  for (const input of inputs) {
    const before = carries.at(-1)!;
    const after = step(before, input, ...shared);
    zipTensors('unrolledValueAndGrad', 'the state after a step', before, after, (x) => x);
    carries.push(after);
  }
  return carries;
}
