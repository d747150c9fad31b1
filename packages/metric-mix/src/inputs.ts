import type { Embeddings, Labels, Tensor } from '@mixwell/tensor/tf';
import type * as tf from '@tensorflow/tfjs-core';

/** A tensor without names, as operations return it, or one with just these names. The rank is checked at run time. */
type Unnamed<T extends Tensor> = tf.Tensor & Pick<T, '~axes'>;

/** [n, dimensions]; results of operations need no cast. */
export type EmbeddingsLike = Unnamed<Embeddings>;
/** int32 [n] */
export type LabelsLike = Unnamed<Labels>;
