import type { Labels, Logits, Targets, Tensor } from '@mixwell/tensor/tf';
import type * as tf from '@tensorflow/tfjs-core';

/** A tensor without names, as operations return it, or one with just these names. The rank is checked at run time. */
type Unnamed<T extends Tensor> = tf.Tensor & Pick<T, '~axes'>;

/** [n, classes]; results of operations need no cast. */
export type LogitsLike = Unnamed<Logits>;
/** [n, classes] */
export type TargetsLike = Unnamed<Targets>;
/** int32 [n] */
export type LabelsLike = Unnamed<Labels>;
/** One number, a scalar, or [n]. */
export type LambdaLike = number | tf.Tensor;
