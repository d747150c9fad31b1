import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from '../reduction.ts';
import type { AdaFocalState } from './ada-focal-state.ts';
import { focalTerm, logPAtLabels } from './focal-loss.ts';

/** The numbers of an `AdaFocalState`, as they are or as tensors. In a compiled step pass tensors: other arrays compile anew. */
export type AdaFocalInput = { readonly [K in keyof AdaFocalState]: AdaFocalState[K] | tf.Tensor };

function readState({ edges, gammas }: AdaFocalInput): { edges: tf.Tensor1D; gammas: tf.Tensor1D } {
  const read = (values: readonly number[] | tf.Tensor): tf.Tensor => (values instanceof tf.Tensor ? values : tf.tensor1d([...values]));
  const tensors = { edges: read(edges) as tf.Tensor1D, gammas: read(gammas) as tf.Tensor1D };
  const [bins] = tensors.gammas.shape;
  if (tensors.gammas.rank !== 1 || tensors.edges.rank !== 1 || bins < 1 || tensors.edges.size !== bins + 1) {
    throw new RangeError(`adaFocalLoss: state must have [bins + 1] edges and [bins] gammas, got [${tensors.edges.shape.join(', ')}] and [${tensors.gammas.shape.join(', ')}]`);
  }
  return tensors;
}

/**
 * AdaFocal: −(1 − p)^γ ln p per sample where the γ of the bin that p, the probability of the true class, lies in is positive, and −(1 + p)^|γ| ln p (inverse focal loss) where it is
 * negative. Bins are [edge, next edge), the outer ones open. γ is a constant.
 *
 * Ghosh, Schaaf, Gormley, "AdaFocal: Calibration-aware Adaptive Focal Loss", NeurIPS 2022, arXiv 2211.11838; whose code takes the sum, `reduction: 'sum'`.
 *
 * @param logits [n, classes]
 * @param labels int32 [n] in [0, classes)
 * @param state what `createAdaFocal` and `updateAdaFocal` give
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, an unknown reduction
 */
export function adaFocalLoss<R extends Reduction = 'mean'>(logits: LogitsLike, labels: LabelsLike, state: AdaFocalInput, { reduction }: ReductionOptions<R> = {}): Reduced<R> {
  return tf.tidy(() => {
    const { edges, gammas } = readState(state);
    const logP = logPAtLabels('adaFocalLoss', logits, labels);
    const inner = tf.slice(edges, [1], [gammas.size - 1]);
    const reached = tf.greaterEqual(tf.reshape(tf.exp(detach(logP)), [-1, 1]), tf.reshape(inner, [1, -1]));
    const gamma = detach(tf.gather(gammas, tf.sum(tf.cast(reached, 'int32'), -1)));
    const size = tf.abs(gamma);
    const inverse = tf.neg(tf.mul(tf.pow(tf.add(1, tf.exp(logP)), size), logP));
    return reduce('adaFocalLoss', tf.where(tf.greater(gamma, 0), focalTerm(logP, size), inverse), reduction);
  });
}
