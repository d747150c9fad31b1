import * as tf from '@tensorflow/tfjs-core';
import { compile } from '../compile.ts';
import { zeros } from '../gradients/zeros.ts';
import { mapTensors, tensorsOf } from '../tree.ts';
import { differentiateArguments } from '../value-and-grad.ts';
import { vjp } from '../vjp.ts';
import { zipTensors } from '../zip-tensors.ts';
import { type LossOfSteps, statesOf, type Step, type Unroll } from './step.ts';

/** What the loss says by itself. */
interface Start<Carry> {
  readonly value: tf.Scalar;
  readonly aux: object;
  /** By each state as the loss reads it; null where it does not. */
  readonly direct: readonly (Carry | null)[];
  /** By what is shared, for each position. */
  readonly totals: readonly unknown[];
}

/** What a step backward is given, and consumes. */
interface Flow<Carry> {
  /** The gradient by the state after the step. */
  readonly cotangent: Carry;
  /** More of it, from the loss itself. */
  readonly direct: Carry | null;
  readonly totals: readonly unknown[];
}

interface Ebb<Carry> {
  /** The gradient by the state before the step. */
  readonly cotangent: Carry;
  readonly totals: readonly unknown[];
  /** By what only this step is given; null where nobody asks. */
  readonly byInput: unknown;
}

const zerosLike = <T>(tree: T): T => mapTensors(tree, (x) => zeros(x.shape)) as T;
const plus = <T>(a: T, b: unknown): T => (b === null ? a : zipTensors('unrolledValueAndGrad', 'a gradient', a, b, (x, y) => tf.add(x, y)));

/** Steps forward, the loss, and steps backward that compute theirs again: three functions, each compiled once, whatever the number of steps. */
export function loop<Carry, Input, Shared extends unknown[]>(
  step: Step<Carry, Input, Shared>, loss: LossOfSteps<Carry, Shared>, positions: readonly number[],
): Unroll<Carry, Input, Shared> {
  const shared = [...new Set(positions.filter((position) => position > 1))];
  const forward = compile(function stepForward(carry: Carry, input: Input, ...rest: Shared) { return step(carry, input, ...rest); });
  const atEnd = startBackward(loss, shared);
  const backward = stepBackward(step, positions.includes(1), shared);
  return (start, inputs, ...rest) => tf.tidy(() => {
    const carries = statesOf(forward, start, inputs, rest);
    const { value, aux, direct, totals } = atEnd(carries, ...rest);
    let flow: Flow<Carry> = { cotangent: direct.at(-1) ?? zerosLike(carries.at(-1)!), direct: null, totals };
    const byInputs: unknown[] = [];
    for (let t = inputs.length - 1; t >= 0; t--) {
      const ebb = backward(flow, carries[t]!, inputs[t]!, ...rest);
      byInputs.unshift(ebb.byInput);
      flow = { cotangent: ebb.cotangent, direct: direct[t]!, totals: ebb.totals };
    }
    const gradientAt = (position: number): unknown => {
      if (position === 0) return plus(flow.cotangent, flow.direct);
      return position === 1 ? byInputs : flow.totals[shared.indexOf(position)];
    };
    return { value, aux, grads: positions.map(gradientAt) } as never;
  });
}

/** The value of the loss, and its gradients by states and shared arguments as it reads them itself. */
function startBackward<Carry, Shared extends unknown[]>(
  loss: LossOfSteps<Carry, Shared>, shared: readonly number[],
): (carries: readonly Carry[], ...rest: Shared) => Start<Carry> {
  const places = shared.map((position) => position - 1);
  return compile(function lossOfSteps(carries: readonly Carry[], ...rest: Shared): Start<Carry> {
    const { args, value, aux, gradients } = differentiateArguments(loss, [0, ...places], [carries, ...rest]);
    const dense = <T>(tree: T): T => mapTensors(tree, (x) => gradients.get(x) ?? zeros(x.shape)) as T;
    const isRead = (carry: Carry): boolean => tensorsOf(carry).some((x) => gradients.has(x));
    return { value, aux, direct: args[0].map((carry) => (isRead(carry) ? dense(carry) : null)), totals: places.map((place) => dense(args[place])) };
  });
}

function stepBackward<Carry, Input, Shared extends unknown[]>(
  step: Step<Carry, Input, Shared>, wantsInputs: boolean, shared: readonly number[],
): (flow: Flow<Carry>, carry: Carry, input: Input, ...rest: Shared) => Ebb<Carry> {
  const wrt = [0, ...(wantsInputs ? [1] : []), ...shared];
  return compile(function backwardStep({ cotangent, direct, totals }: Flow<Carry>, carry: Carry, input: Input, ...rest: Shared): Ebb<Carry> {
    const grads: readonly unknown[] = vjp(step, plus(cotangent, direct), { wrt })(carry, input, ...rest).grads;
    const byShared = grads.slice(wrt.length - shared.length);
    return { cotangent: grads[0] as Carry, byInput: wantsInputs ? grads[1] : null, totals: totals.map((total, i) => plus(total, byShared[i])) };
  }, { donate: [0] });
}
