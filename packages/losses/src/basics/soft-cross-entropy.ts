import * as tf from '@tensorflow/tfjs-core';
import { checkLogits, checkShape } from '../check.ts';
import type { LogitsLike, TargetsLike } from '../inputs.ts';
import { reduce, type Reduced, type Reduction } from '../reduction.ts';
import { checkCrossEntropy, type CrossEntropyOptions } from './label-cross-entropy.ts';
import { logSoftmax } from './log-softmax.ts';
import { smoothTargets } from './smooth-targets.ts';

/**
 * Cross entropy with soft targets, −Σₖ tₖ ln softmax(z)ₖ per sample: the loss of mixed labels. Differentiable in logits and targets.
 *
 * @param logits [n, classes]
 * @param targets [n, classes], rows usually sum to 1
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for other shapes, smoothing outside [0, 1], an unknown reduction
 */
export function softCrossEntropy<R extends Reduction = 'mean'>(logits: LogitsLike, targets: TargetsLike, options: CrossEntropyOptions<R> = {}): Reduced<R> {
  const { reduction, labelSmoothing = 0, classWeights } = options;
  const [n, classes] = checkLogits('softCrossEntropy', logits);
  checkShape('softCrossEntropy', 'targets', targets, [n, classes]);
  checkCrossEntropy('softCrossEntropy', options, classes);
  return tf.tidy(() => {
    const smooth = labelSmoothing === 0 ? targets : smoothTargets(targets, labelSmoothing);
    const weighted = classWeights ? tf.mul(smooth, classWeights) : smooth;
    return reduce('softCrossEntropy', tf.neg(tf.sum(tf.mul(weighted, logSoftmax(logits)), -1)), reduction);
  });
}
