import { compile } from '../compile.ts';
import type { ObjectiveResult } from '../differentiate.ts';
import { valueAndGrad } from '../value-and-grad.ts';
import { type LossOfSteps, statesOf, type Step, type Unroll, type Unrolled } from './step.ts';

/** All steps, and the way back through them, as one function. */
export function oneGraph<Carry, Input, Shared extends unknown[]>(
  step: Step<Carry, Input, Shared>, loss: LossOfSteps<Carry, Shared>, positions: readonly number[],
): Unroll<Carry, Input, Shared> {
  const objective = (carry: Carry, inputs: readonly Input[], ...shared: Shared): ObjectiveResult => loss(statesOf(step, carry, inputs, shared), ...shared);
  return compile(function unrolledSteps(carry: Carry, inputs: readonly Input[], ...shared: Shared): Unrolled {
    return valueAndGrad(objective, { wrt: positions })(carry, inputs, ...shared);
  });
}
