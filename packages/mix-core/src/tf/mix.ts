import type * as tf from '@tensorflow/tfjs-core';

/**
 * A mix as tensors: all that `applyMix` and `mixTargets` take. A plan becomes one through `lower`; a learned policy makes it itself, with gradients flowing
 * into `weights` and `labelWeights`.
 */
export interface Mix {
  /** int32 [rows, k]: which images of the batch are mixed. */
  readonly sources: tf.Tensor;
  /** float32 [rows, k], or a map [rows, height, width, k]; the first axis may be 1, shared by all rows. */
  readonly weights: tf.Tensor;
  /** float32 [rows, k]: what each source's label counts. */
  readonly labelWeights: tf.Tensor;
}
