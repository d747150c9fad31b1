import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from './gradients/register.ts';
import { zeros } from './gradients/zeros.ts';
import { dropTape, orderTape } from './tape.ts';
import { mapTensors, tensorsOf } from './tree.ts';

/** What an objective gives: the loss, or a record of it and of whatever else should come back. */
export type ObjectiveResult = tf.Tensor | { readonly loss: tf.Tensor };

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
    registerGradients();
    checkPositions(positions, args.length);
    // stand-ins, so that a tensor that is two arguments, or is also captured, is not taken for one variable
    return tf.tidy(() => {
      const standIns = args.map((arg, i) => (positions.includes(i) ? mapTensors(arg, (x) => tf.clone(x)) : arg)) as Args;
      const { value, aux, gradients } = differentiate(() => objective(...standIns), tensorsOf(positions.map((i) => standIns[i])).filter((x) => x.dtype === 'float32'));
      const grads = positions.map((i) => mapTensors(standIns[i], (x) => gradients.get(x) ?? zeros(x.shape)));
      return { value, aux, grads: typeof wrt === 'number' ? grads[0] : grads } as never;
    }) as ValueAndGrads<Args, Result, Wrt>;
  };
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

interface Derivative {
  readonly value: tf.Scalar;
  readonly aux: object;
  /** Missing for those that the loss does not depend on. */
  readonly gradients: ReadonlyMap<tf.Tensor, tf.Tensor>;
}

function differentiate(objective: () => ObjectiveResult, xs: tf.Tensor[]): Derivative {
  // TensorFlow.js disposes all that the function makes but its value; what is kept is handed over as clones
  let kept: object = {};
  const run = (): tf.Tensor => {
    const { loss, aux } = parts(objective());
    kept = mapTensors(aux, (x) => tf.keep(tf.clone(x))) as object;
    const value = tf.clone(loss);
    orderTape();
    return value;
  };
  try {
    if (xs.length === 0) return { value: run() as tf.Scalar, aux: mapTensors(kept, (x) => tf.clone(x)) as object, gradients: new Map() };
    const { value, grads } = tf.engine().gradients(run, xs, undefined, true);
    const gradients = new Map(xs.flatMap((x, i): [tf.Tensor, tf.Tensor][] => (grads[i] ? [[x, grads[i]]] : [])));
    return { value: value as tf.Scalar, aux: mapTensors(kept, (x) => tf.clone(x)) as object, gradients };
  } catch (error) {
    dropTape();
    throw error;
  } finally {
    tf.dispose(tensorsOf(kept));
  }
}

function parts(result: ObjectiveResult): { loss: tf.Tensor; aux: object } {
  const { loss, ...aux } = result instanceof tf.Tensor ? { loss: result } : result;
  if (!(loss instanceof tf.Tensor)) throw new TypeError('valueAndGrad: objective must return a scalar tensor, or a record with one as loss');
  if (loss.rank !== 0) throw new RangeError(`valueAndGrad: the loss must be a scalar, got shape [${loss.shape.join(', ')}]`);
  if (loss.dtype !== 'float32') throw new TypeError(`valueAndGrad: the loss must be float32, got ${loss.dtype}`);
  return { loss, aux };
}

function checkPositions(positions: readonly number[], count: number): void {
  for (const position of positions) {
    if (!Number.isInteger(position) || position < 0 || position >= count) throw new RangeError(`valueAndGrad: wrt must be positions of the ${count} arguments, got ${position}`);
  }
}
