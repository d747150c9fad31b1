import * as tf from '@tensorflow/tfjs-core';
import { type Derivative, differentiate, type ObjectiveResult } from './differentiate.ts';
import { registerGradients } from './gradients/register.ts';
import { zeros } from './gradients/zeros.ts';
import { mapTensors, tensorsOf } from './tree.ts';

export type { ObjectiveResult } from './differentiate.ts';

/** What an objective gives besides the loss. */
export type Aux<Result> = Result extends tf.Tensor ? Readonly<Record<string, never>> : Omit<Result, 'loss'>;

/** The argument at a position, or a tuple of those at several, in the order of `wrt`. */
export type Grads<Args extends readonly unknown[], Wrt> = Wrt extends readonly unknown[] ? GradTuple<Args, Wrt> : Args[Wrt & number];

type GradTuple<Args extends readonly unknown[], Wrt extends readonly unknown[]> =
  Wrt extends readonly [infer First extends number, ...infer Rest] ? [Args[First], ...GradTuple<Args, Rest>]
    : Wrt extends readonly [] ? [] : Args[number][];

export interface GradOptions<Wrt extends number | readonly number[]> {
  /** With respect to which arguments: a position, or several. @default 0 */
  readonly wrt?: Wrt;
}

export interface ValueAndGrads<Args extends readonly unknown[], Result, Wrt extends number | readonly number[]> {
  readonly value: tf.Scalar;
  readonly aux: Aux<Result>;
  readonly grads: Grads<Args, Wrt>;
}

/**
 * A function that gives the value of an objective and its gradients. Arguments are tensors or trees of them (arrays, records; other leaves pass through).
 * Gradients have the shape of their argument: zeros for a tensor that the loss does not depend on, and for int32 and bool tensors. What `objective` gives besides the loss
 * comes back as `aux`. All tensors of the result are new and the caller's. Works inside itself (for derivatives of derivatives), inside `tf.tidy`, and while a back end traces.
 *
 * @param objective (…args) → scalar loss, or { loss, …aux }
 * @throws {RangeError} for a position in `wrt` without an argument, and for a loss that is not a scalar
 */
export function valueAndGrad<Args extends unknown[], Result extends ObjectiveResult, const Wrt extends number | readonly number[] = 0>(
  objective: (...args: Args) => Result,
  options: GradOptions<Wrt> = {},
): (...args: Args) => ValueAndGrads<Args, Result, Wrt> {
  const wrt = options.wrt ?? 0;
  const positions = [wrt].flat() as number[];
  return (...args) => {
    checkPositions('valueAndGrad', positions, args.length);
    return tf.tidy(() => {
      const { args: standIns, value, aux, gradients } = differentiateArguments(objective, positions, args);
      const grads = positions.map((i) => mapTensors(standIns[i], (x) => gradients.get(x) ?? zeros(x.shape)));
      return { value, aux, grads: typeof wrt === 'number' ? grads[0] : grads } as never;
    }) as ValueAndGrads<Args, Result, Wrt>;
  };
}

/**
 * Differentiates an objective by the arguments at these positions. To be called inside of `tf.tidy`.
 *
 * @returns also the arguments that the objective was called with: those at the positions are stand-ins, so that a tensor that is two arguments, or is also
 * captured, is not taken for one variable
 */
export function differentiateArguments<Args extends unknown[]>(
  objective: (...args: Args) => ObjectiveResult, positions: readonly number[], args: Args,
): Derivative & { readonly args: Args } {
  registerGradients();
  const standIns = args.map((arg, i) => (positions.includes(i) ? mapTensors(arg, (x) => tf.clone(x)) : arg)) as Args;
  const xs = tensorsOf(positions.map((i) => standIns[i])).filter((x) => x.dtype === 'float32');
  return { args: standIns, ...differentiate(() => objective(...standIns), xs) };
}

/** As `valueAndGrad`, without the value. */
export function grad<Args extends unknown[], const Wrt extends number | readonly number[] = 0>(
  objective: (...args: Args) => ObjectiveResult,
  options: GradOptions<Wrt> = {},
): (...args: Args) => Grads<Args, Wrt> {
  const both = valueAndGrad(objective, options);
  return (...args) => {
    const { value, aux, grads } = both(...args);
    tf.dispose([value, ...tensorsOf(aux)]);
    return grads;
  };
}

/** @throws {RangeError} for a position without an argument */
export function checkPositions(caller: string, positions: readonly number[], count: number): void {
  for (const position of positions) {
    if (!Number.isInteger(position) || position < 0 || position >= count) throw new RangeError(`${caller}: wrt must be positions of the ${count} arguments, got ${position}`);
  }
}
