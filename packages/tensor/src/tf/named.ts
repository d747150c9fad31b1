import type * as tf from '@tensorflow/tfjs-core';

interface Ranks {
  0: tf.Rank.R0;
  1: tf.Rank.R1;
  2: tf.Rank.R2;
  3: tf.Rank.R3;
  4: tf.Rank.R4;
  5: tf.Rank.R5;
  6: tf.Rank.R6;
}

type RankOf<A extends readonly string[]> = A['length'] extends keyof Ranks ? Ranks[A['length']] : tf.Rank;

/**
 * A TensorFlow.js tensor whose axes have names. It takes plain tensors of the same rank, variables and results of operations without a cast, and
 * refuses tensors with other names or of another rank. Names are promises at the borders of functions: they do not exist at run time, and operations return
 * plain tensors. (The mark is a string key: a `unique symbol` would accept anything once two copies of this package are installed.)
 */
export type Tensor<A extends readonly string[] = readonly string[]> = tf.Tensor<RankOf<A>> & { readonly '~axes'?: readonly [...A] };

/** NHWC. */
export type Images = Tensor<['batch', 'height', 'width', 'channel']>;
export type Logits = Tensor<['batch', 'class']>;
/** int32 classes. */
export type Labels = Tensor<['batch']>;
/** Probabilities; rows need not be one-hot. */
export type Targets = Tensor<['batch', 'class']>;
export type Features = Tensor<['batch', 'feature']>;
export type Embeddings = Tensor<['batch', 'embedding']>;
export type Scalar = Tensor<[]>;

/**
 * The tensor itself, with names for its axes.
 *
 * @throws {RangeError} where it has another number of axes
 */
export function named<const A extends readonly string[]>(x: tf.Tensor, ...axes: A): Tensor<A> {
  if (x.shape.length !== axes.length) throw new RangeError(`named: x must have the axes ${axes.join(', ') || '(none)'}, got shape [${x.shape.join(', ')}]`);
  return x as Tensor<A>;
}
