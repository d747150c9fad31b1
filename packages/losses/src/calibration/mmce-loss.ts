import * as tf from '@tensorflow/tfjs-core';
import { hits } from '../basics/accuracy.ts';
import { largestProbability } from '../basics/confidence.ts';
import { logSum } from '../basics/softmax.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { checkWeighted, type WeightedOptions, withCrossEntropy } from './with-cross-entropy.ts';

export interface MmceOptions<R extends Reduction = Reduction> extends WeightedOptions<R> {
  /** Without the root, as some published code has it. Default false. */
  readonly squared?: boolean;
}

/** Width of the Laplacian kernel. */
const WIDTH = 0.4;
const EPSILON = 1e-10;

/**
 * √(Σᵢⱼ uᵢ uⱼ exp(−|rᵢ − rⱼ| / 0.4) + 1e-10) of u, r [n], or the sum itself. As |d| = 2 max(0, d) − d, the kernel is e^(rᵢ/0.4) · exp(−2 max(0, rᵢ − rⱼ) / 0.4) · e^(−rⱼ/0.4), which
 * takes fewer passes over [n, n]. It is positive definite: a sum below 0 is rounding.
 */
function kernelError(u: tf.Tensor, r: tf.Tensor, squared: boolean): tf.Tensor {
  const scaled = tf.div(r, WIDTH);
  const row = tf.reshape(tf.mul(u, tf.exp(scaled)), [1, -1]) as tf.Tensor2D;
  const column = tf.reshape(tf.mul(u, tf.exp(tf.neg(scaled))), [-1, 1]) as tf.Tensor2D;
  const doubled = tf.mul(scaled, 2);
  const kernel = tf.exp(tf.neg(tf.relu(tf.sub(tf.reshape(doubled, [-1, 1]), tf.reshape(doubled, [1, -1]))))) as tf.Tensor2D;
  const sum = tf.relu(tf.sum(tf.matMul(row, tf.matMul(kernel, column))));
  return squared ? sum : tf.sqrt(tf.add(sum, EPSILON));
}

function lossWith<R extends Reduction>(
  caller: string, logits: LogitsLike, labels: LabelsLike, weight: number | tf.Tensor, reduction: R | undefined, term: (correct: tf.Tensor, confidence: tf.Tensor) => tf.Tensor,
): Reduced<R> {
  checkWeighted(caller, logits, labels, weight);
  return tf.tidy(() => {
    const sum = logSum(logits);
    const correct = hits(tf.argMax(logits, -1), labels);
    return reduce(caller, withCrossEntropy(logits, labels, tf.mul(term(correct, largestProbability(logits, sum)), weight), sum), reduction);
  });
}

/**
 * Maximum mean calibration error as a penalty, CE(z, y) + weight · √((1/n²) Σᵢⱼ (cᵢ − rᵢ)(cⱼ − rⱼ) k(rᵢ, rⱼ) + 1e-10) with confidences r, correctness c (a constant) and
 * k = exp(−|r − r′| / 0.4). The term is the batch's: each sample has it.
 *
 * Kumar, Sarawagi, Jain, "Trainable Calibration Measures for Neural Networks from Kernel Mean Embeddings", ICML 2018.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @param options `weight`: ≥ 0, a number or a scalar; default 1
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, a negative weight, an unknown reduction
 */
export function mmceLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { weight = 1, squared = false, reduction }: MmceOptions<R> = {}): Reduced<R> {
  return lossWith('mmceLoss', logits, labels, weight, reduction, (correct, r) => kernelError(tf.div(tf.sub(correct, r), r.size), r, squared));
}

/**
 * `mmceLoss` in which correct and wrong samples count the same in sum: pairs of correct ones (1 − r)(1 − r′) / m², of wrong ones r r′ / w², of both −(1 − r) r′ / (m w), for m correct
 * and w wrong samples. No term where all are correct or all wrong.
 *
 * Kumar, Sarawagi, Jain, ICML 2018.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @param options `weight`: ≥ 0, a number or a scalar; default 2
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, a negative weight, an unknown reduction
 */
export function weightedMmceLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, { weight = 2, squared = false, reduction }: MmceOptions<R> = {}): Reduced<R> {
  return lossWith('weightedMmceLoss', logits, labels, weight, reduction, (correct, r) => {
    const right = tf.sum(correct);
    const wrong = tf.sub(r.size, right);
    const shares = tf.where(tf.cast(correct, 'bool'), tf.div(tf.sub(1, r), tf.maximum(right, 1)), tf.div(tf.neg(r), tf.maximum(wrong, 1)));
    const both = tf.cast(tf.greater(tf.mul(right, wrong), 0), 'float32');
    return tf.mul(kernelError(shares, r, squared), both);
  });
}
