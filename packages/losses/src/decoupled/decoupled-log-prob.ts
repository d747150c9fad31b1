import type { Tensor } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { labelColumns } from '../basics/label-columns.ts';
import { checkLabels, checkLogits } from '../check.ts';
import type { LabelsLike, LogitsLike } from '../inputs.ts';
import { decoupledLogProbs, labelLogits } from './label-logits.ts';

/**
 * ln of the probability of class `keep` once class `drop` is out of the softmax, per sample: φ(i | j) = zᵢ − ln Σ exp(z_c) over c ≠ j. Never above 0; does not depend on the logit of
 * `drop`. 0 where both are the same class, and where there are two classes.
 *
 * Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761.
 *
 * @param logits [n, classes]
 * @param keep int32 [n]
 * @param drop int32 [n]
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function decoupledLogProb(logits: LogitsLike, keep: LabelsLike, drop: LabelsLike): Tensor<['batch']> {
  const [n] = checkLogits('decoupledLogProb', logits);
  checkLabels('decoupledLogProb', 'keep', keep, n);
  checkLabels('decoupledLogProb', 'drop', drop, n);
  return tf.tidy(() => {
    const ofBoth = decoupledLogProbs(labelLogits(logits, labelColumns(keep, drop)));
    const apart = tf.cast(tf.notEqual(keep, drop), 'float32');
    return tf.mul<tf.Tensor1D>(tf.reshape(tf.slice(ofBoth, [0, 0], [n, 1]), [n]), apart);
  });
}
