import * as tf from '@tensorflow/tfjs-core';
import { checkCrossEntropy, type CrossEntropyOptions, labelCrossEntropy } from '../basics/label-cross-entropy.ts';
import { labelColumns, shareColumns } from '../basics/label-columns.ts';
import { checkMixed } from '../check.ts';
import type { LabelsLike, LambdaLike, LogitsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';

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
  const [, classes] = checkMixed('mixupCrossEntropy', logits, labelsA, labelsB, lambda);
  checkCrossEntropy('mixupCrossEntropy', options, classes);
  return tf.tidy(() => {
    const loss = labelCrossEntropy(logits, labelColumns(labelsA, labelsB), shareColumns(lambda), options);
    return reduce('mixupCrossEntropy', loss, options.reduction);
  });
}
