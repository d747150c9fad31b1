import * as tf from '@tensorflow/tfjs-core';

export const [samples, classes, rounds] = [1024, 1000, 3] as const;

/** What the losses take; python/losses.py makes the same. */
export interface LossInputs {
  /** [samples, classes] */
  readonly logits: tf.Tensor2D;
  /** [rounds · samples, classes] */
  readonly mixed: tf.Tensor2D;
  /** [samples, classes] two labels mixed 0.3 to 0.7 */
  readonly targets: tf.Tensor;
  /** int32 [samples] */
  readonly a: tf.Tensor1D;
  readonly b: tf.Tensor1D;
  readonly c: tf.Tensor1D;
  /** int32 [rounds · samples] */
  readonly partners: tf.Tensor1D;
  readonly lambda: tf.Scalar;
  /** [rounds] */
  readonly lambdas: tf.Tensor1D;
  /** [samples] in [0, 1] */
  readonly shares: tf.Tensor1D;
  /** [bins + 1] and [bins] of AdaFocal */
  readonly edges: tf.Tensor1D;
  readonly gammas: tf.Tensor1D;
}

/** Numbers in [−3, 3] of which no two in a row are the same, so that all programs find the same largest. */
function spread(rows: number, shift: number): tf.Tensor2D {
  return tf.tensor2d(Float32Array.from({ length: rows * classes }, (_, at) => (((7919 * Math.floor(at / classes) + 613 * (at % classes) + shift) % 1009) / 1008) * 6 - 3), [rows, classes]);
}

function labels(rows: number, factor: number, shift: number): tf.Tensor1D {
  return tf.tensor1d(Int32Array.from({ length: rows }, (_, i) => (factor * i + shift) % classes), 'int32');
}

export function makeInputs(): LossInputs {
  const [a, b] = [labels(samples, 7, 3), labels(samples, 13, 5)];
  return {
    logits: spread(samples, 0), mixed: spread(rounds * samples, 11), a, b, c: labels(samples, 17, 8), partners: labels(rounds * samples, 13, 5),
    targets: tf.tidy(() => tf.add(tf.mul(tf.oneHot(a, classes), 0.3), tf.mul(tf.oneHot(b, classes), 0.7))),
    lambda: tf.scalar(0.3), lambdas: tf.tensor1d([0.8, 0.4, 0.65]), shares: tf.tensor1d(Float32Array.from({ length: samples }, (_, i) => ((31 * i) % 101) / 100)),
    edges: tf.tensor1d([0, 0.0001, 0.0005, 0.001, 0.005, 1]), gammas: tf.tensor1d([1, 2, -0.5, 0.5, 3]),
  };
}
