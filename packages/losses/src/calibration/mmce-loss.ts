import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { hits } from '../basics/accuracy.ts';
import { labelAndLargestLogP } from '../basics/label-log-p.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { checkWeighted, type WeightedOptions } from './with-cross-entropy.ts';

export interface MmceOptions<R extends Reduction = Reduction> extends WeightedOptions<R> {
  /** Without the root, as some published code has it. Default false. */
  readonly squared?: boolean;
}

/** Width of the Laplacian kernel. */
const WIDTH = 0.4;
const EPSILON = 1e-10;

/**
 * √(Σᵢⱼ uᵢ uⱼ exp(−|rᵢ − rⱼ| / 0.4) + 1e-10) of u, r [n], or the sum itself. With r in falling order the kernel of i < j is e^(−rᵢ/0.4) e^(rⱼ/0.4), so that one running sum does for all pairs:
 * no [n, n] matrix is made. The kernel is positive definite: a sum below 0 is rounding.
 */
function kernelError(u: tf.Tensor, r: tf.Tensor, squared: boolean): tf.Tensor {
  const order = tf.topk(detach(r), r.size).indices;
  const [sorted, scaled] = [tf.gather(u, order), tf.div(tf.gather(r, order), WIDTH)];
  const before = tf.cumsum(tf.mul(sorted, tf.exp(tf.neg(scaled))), 0, true);
  const pairs = tf.sum(tf.mul(tf.mul(sorted, tf.exp(scaled)), before));
  const sum = tf.relu(tf.add(tf.sum(tf.square(u)), tf.mul(2, pairs)));
  return squared ? sum : tf.sqrt(tf.add(sum, EPSILON));
}

function lossWith<R extends Reduction>(
  caller: string, logits: LogitsLike, labels: LabelsLike, weight: number | tf.Tensor, reduction: R | undefined, term: (correct: tf.Tensor, confidence: tf.Tensor) => tf.Tensor,
): Reduced<R> {
  checkWeighted(caller, logits, labels, weight);
  return tf.tidy(() => {
    const { atLabel, largest, predicted } = labelAndLargestLogP(logits, labels);
    return reduce(caller, tf.sub(tf.mul(term(hits(predicted, labels), tf.exp(largest)), weight), atLabel), reduction);
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
