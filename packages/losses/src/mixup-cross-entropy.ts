import * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkLambda, checkLogits } from './check.ts';
import type { LabelsLike, LambdaLike, LogitsLike } from './inputs.ts';
import { oneHot } from './one-hot.ts';
import type { Reduced, Reduction } from './reduction.ts';
import { type CrossEntropyOptions, softCrossEntropy } from './soft-cross-entropy.ts';

/**
 * Mixup's loss in its two-term form, λ CE(z, a) + (1 − λ) CE(z, b) per sample: every sample is weighed with its own λ before anything is averaged. Differentiable in λ too.
 *
 * Zhang et al., "mixup", ICLR 2018, arXiv 1710.09412. Equals `softCrossEntropy` with mixed one-hot targets.
 *
 * @param logits [n, classes]
 * @param labelsA int32 [n]
 * @param labelsB int32 [n]
 * @param lambda weight of labelsA in [0, 1]: a number, a scalar or [n]. In a compiled step pass a tensor: another number compiles anew
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError | TypeError} for other shapes or types, λ outside [0, 1] (where it is a number), an unknown reduction
 */
export function mixupCrossEntropy<R extends Reduction = 'mean'>(logits: LogitsLike, labelsA: LabelsLike, labelsB: LabelsLike, lambda: LambdaLike, options: CrossEntropyOptions<R> = {}): Reduced<R> {
  const [n, classes] = checkLogits('mixupCrossEntropy', logits);
  checkLabels('mixupCrossEntropy', 'labelsA', labelsA, n);
  checkLabels('mixupCrossEntropy', 'labelsB', labelsB, n);
  checkLambda('mixupCrossEntropy', lambda, n);
  return tf.tidy(() => {
    const share = typeof lambda === 'number' || lambda.rank === 0 ? lambda : tf.reshape(lambda, [n, 1]);
    const targets = tf.add(tf.mul(oneHot(labelsA, classes), share), tf.mul(oneHot(labelsB, classes), tf.sub(1, share)));
    return softCrossEntropy(logits, targets, options);
  });
}
