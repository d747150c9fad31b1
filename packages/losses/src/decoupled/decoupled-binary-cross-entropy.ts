import * as tf from '@tensorflow/tfjs-core';
import { type BinaryCrossEntropyOptions, checkOver, sigmoidCrossEntropy } from '../basics/binary-cross-entropy.ts';
import { checkMixed, checkShare } from '../check.ts';
import type { LabelsLike, LambdaLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { decoupledTargets, type DecoupledTargetsOptions } from './decoupled-targets.ts';

export interface DecoupledBinaryOptions<R extends Reduction = Reduction> extends BinaryCrossEntropyOptions<R>, DecoupledTargetsOptions {
  /** In [0, 1]: multiplies the terms of classes whose target is 0. Default 1. */
  readonly negativeWeight?: number;
}

/** [n]: Σₖ of the binary cross entropy, where terms of classes whose target is 0 count less. */
function withNegativeWeight(logits: tf.Tensor, targets: tf.Tensor, negativeWeight: number): tf.Tensor {
  const counts = tf.maximum(negativeWeight, tf.cast(tf.greater(targets, 0), 'float32'));
  return tf.sum(tf.mul(tf.sub(tf.softplus(logits), tf.mul(targets, logits)), counts), -1);
}

/**
 * Decoupled mixup with sigmoids, DM(BCE): binary cross entropy with `decoupledTargets`. A sample's value is the sum over classes unless `over` says otherwise: about `classes` times that of
 * libraries which average over elements.
 *
 * Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761.
 *
 * @param logits [n, classes]
 * @param labelsA int32 [n]
 * @param labelsB int32 [n]
 * @param lambda weight of labelsA in [0, 1]: a number, a scalar or [n]; a constant
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, options out of range
 */
export function decoupledBinaryCrossEntropy<R extends Reduction = 'mean'>(
  logits: LogitsLike, labelsA: LabelsLike, labelsB: LabelsLike, lambda: LambdaLike, options: DecoupledBinaryOptions<R> = {},
): Reduced<R> {
  const { reduction, over = 'sum', negativeWeight = 1 } = options;
  const [, classes] = checkMixed('decoupledBinaryCrossEntropy', logits, labelsA, labelsB, lambda);
  checkShare('decoupledBinaryCrossEntropy', 'negativeWeight', negativeWeight);
  checkOver('decoupledBinaryCrossEntropy', over);
  return tf.tidy(() => {
    const targets = decoupledTargets(labelsA, labelsB, lambda, classes, options);
    const loss = negativeWeight === 1 ? sigmoidCrossEntropy(logits, targets) : withNegativeWeight(logits, targets, negativeWeight);
    return reduce('decoupledBinaryCrossEntropy', over === 'mean' ? tf.div(loss, classes) : loss, reduction);
  });
}
