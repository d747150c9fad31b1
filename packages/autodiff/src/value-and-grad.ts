import * as tf from '@tensorflow/tfjs-core';
import { mapTensors, tensorsOf } from './tree.ts';

/** What an objective may return: a scalar, or a record with the scalar as `loss` and anything else beside it. */
export type Objective<Args extends readonly unknown[], Result extends tf.Tensor | WithLoss> = (...args: Args) => Result;

export interface WithLoss {
  readonly loss: tf.Tensor;
}

/** What stands beside the loss; nothing where the objective returns the loss alone. */
export type Auxiliary<Result> = Result extends tf.Tensor ? undefined : Omit<Result, 'loss'>;

type ArgumentAt<Args extends readonly unknown[], I> = I extends number ? Args[I] : never;

/** A gradient has the form of its argument. One gradient for a position, an array of them for positions. */
export type GradientsOf<Args extends readonly unknown[], Wrt> = Wrt extends readonly number[] ? { -readonly [K in keyof Wrt]: ArgumentAt<Args, Wrt[K]> } : ArgumentAt<Args, Wrt>;

export interface ValueAndGrad<Args extends readonly unknown[], Result, Wrt> {
  /** The loss. */
  readonly value: tf.Scalar;
  /** What the objective returned beside the loss. */
  readonly aux: Auxiliary<Result>;
  readonly grads: GradientsOf<Args, Wrt>;
}

export interface GradOptions<Wrt> {
  /** The argument to differentiate by, or several, as positions from 0. Default 0. */
  readonly wrt?: Wrt;
}

/** float32 tensors can be differentiated by. */
const differentiable = (tree: unknown): tf.Tensor[] => tensorsOf(tree).filter((tensor) => tensor.dtype === 'float32');

/** Splits what an objective returned. @throws {TypeError} where there is no scalar loss */
function readResult(result: unknown): { loss: tf.Scalar; aux: Record<string, unknown> | undefined } {
  const alone = result instanceof tf.Tensor;
  const { loss, ...aux } = alone ? { loss: result } : ((result ?? {}) as Partial<WithLoss>);
  if (!(loss instanceof tf.Tensor)) throw new TypeError('valueAndGrad: the objective must return a scalar tensor, or a record with one as loss');
  if (loss.size !== 1 || loss.rank !== 0 || loss.dtype !== 'float32') throw new TypeError(`valueAndGrad: the loss must be a float32 scalar, got ${loss.dtype} of shape [${loss.shape.join(', ')}]`);
  return { loss: loss as tf.Scalar, aux: alone ? undefined : aux };
}

/** Runs the objective on the tape, and gets its auxiliary results out of the scope that ends with it. */
function differentiate(objective: (...args: never[]) => unknown, args: readonly unknown[], xs: tf.Tensor[]): { value: tf.Scalar; gradients: readonly (tf.Tensor | null)[]; aux: unknown } {
  const kept = new Map<tf.Tensor, tf.Tensor>();
  let aux: unknown;
  const { value, grads } = tf.engine().gradients(() => {
    const read = readResult(objective(...(args as never[])));
    aux = read.aux;
    // clones outlive the scope; the objective may have returned one of its arguments, which is not ours to keep
    for (const tensor of tensorsOf(aux)) if (!kept.has(tensor)) kept.set(tensor, tf.keep(tf.clone(tensor)));
    return read.loss;
  }, xs, undefined, true);
  const results = mapTensors(aux, (tensor) => tf.clone(kept.get(tensor)!));
  for (const tensor of kept.values()) tensor.dispose();
  return { value: value as tf.Scalar, gradients: grads as (tf.Tensor | null)[], aux: results };
}

/** The gradients as a tree like the argument; zeros where the loss does not depend on a tensor. */
function gradientTree(tree: unknown, found: ReadonlyMap<tf.Tensor, tf.Tensor | null>): unknown {
  return mapTensors(tree, (tensor) => (found.get(tensor) ? tf.clone(found.get(tensor)!) : tf.fill(tensor.shape, 0, 'float32')));
}

/**
 * A function that calls `objective` and returns its value with the gradients by some of its arguments. Arguments are trees of tensors (arrays, records); the gradient of
 * an argument is a tree like it. A parameter that the loss does not use gets zeros; so do integers and booleans. Works inside of itself (derivatives of any
 * order, as far as the kernels have gradients), of `tf.tidy`, and of `compile`. Disposes nothing that it is given; the results belong to the caller.
 *
 * @param objective returns a float32 scalar, or `{ loss, …aux }`
 * @throws {RangeError} (at the call) for a position at which there is no argument
 * @throws {TypeError} (at the call) where the loss is no float32 scalar, with its shape
 */
export function valueAndGrad<Args extends readonly unknown[], Result extends tf.Tensor | WithLoss, const Wrt extends number | readonly number[] = 0>(
  objective: Objective<Args, Result>,
  { wrt = 0 as Wrt }: GradOptions<Wrt> = {},
): (...args: Args) => ValueAndGrad<Args, Result, Wrt> {
  return (...args) => {
    const positions: readonly number[] = [wrt].flat() as number[];
    const missing = positions.find((position) => !Number.isInteger(position) || position < 0 || position >= args.length);
    if (missing !== undefined) throw new RangeError(`valueAndGrad: wrt must be positions of the ${args.length} arguments, got ${missing}`);
    return tf.tidy(() => {
      const xs = [...new Set(positions.flatMap((position) => differentiable(args[position])))];
      const { value, gradients, aux } = differentiate(objective as (...args: never[]) => unknown, args, xs);
      const found = new Map(xs.map((x, i) => [x, gradients[i] ?? null]));
      const trees = positions.map((position) => gradientTree(args[position], found));
      return { value, aux, grads: typeof wrt === 'number' ? trees[0] : trees } as unknown as tf.TensorContainerObject;
    }) as unknown as ValueAndGrad<Args, Result, Wrt>;
  };
}

/** `valueAndGrad` for the gradients alone. */
export function grad<Args extends readonly unknown[], Result extends tf.Tensor | WithLoss, const Wrt extends number | readonly number[] = 0>(
  objective: Objective<Args, Result>,
  options: GradOptions<Wrt> = {},
): (...args: Args) => GradientsOf<Args, Wrt> {
  const both = valueAndGrad(objective, options);
  return (...args) => tf.tidy(() => both(...args).grads as unknown as tf.TensorContainer) as unknown as GradientsOf<Args, Wrt>;
}
