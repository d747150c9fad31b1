import type * as tf from '@tensorflow/tfjs-core';

/**
 * A mix as tensors: all that `applyMix` and `mixTargets` take. A plan becomes one through `lower`; a learned policy makes it itself, with gradients flowing
 * into `weights` and `labelWeights`.
 */
export interface Mix {
  /** int32 [rows, k]: which images of the batch are mixed. */
  readonly sources: tf.Tensor;
  /** float32 [rows, k], or a map [rows, height, width, k or taps]; the first axis may be 1, shared by all rows. */
  readonly weights: tf.Tensor;
  /** float32 [rows, k]: what each source's label counts. */
  readonly labelWeights: tf.Tensor;
  /** Where sources are moved or resized. Left out: every pixel reads its own place. */
  readonly warp?: Warp;
  /** int32 scalar, 0 or 1: the source of two whose positions are moved to those of the other (`alignFeatures`). Left out: none. */
  readonly aligned?: tf.Tensor;
}

/** Mixed pixel p is Σₜ weights[…, p, t] · (pixel number pixels[…, p, t] of source owners[t]). */
export interface Warp {
  /** [taps]: the number j of a source; fixed while a step is compiled. */
  readonly owners: readonly number[];
  /** int32 with the shape of the weights: row · width + column. */
  readonly pixels: tf.Tensor;
}
