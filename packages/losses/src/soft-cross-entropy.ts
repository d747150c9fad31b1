import * as tf from '@tensorflow/tfjs-core';
import { checkLogits, checkShape } from './check.ts';
import type { LogitsLike, TargetsLike } from './inputs.ts';
import { logSoftmax } from './log-softmax.ts';
import { reduce, type Reduced, type Reduction, type ReductionOptions } from './reduction.ts';
import { smoothTargets } from './smooth-targets.ts';

export interface CrossEntropyOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** Label smoothing e in [0, 1]: the targets become (1 − e) t + e / classes. Default 0: none. */
  readonly labelSmoothing?: number;
}

/**
 * Cross entropy with soft targets, −Σₖ tₖ ln softmax(z)ₖ per sample: the loss of mixed labels. Differentiable in logits and targets.
 *
 * @param logits [n, classes]
 * @param targets [n, classes], rows usually sum to 1
 * @returns [n] for reduction 'none', else a scalar
 * @throws {RangeError} for other shapes, smoothing outside [0, 1], an unknown reduction
 */
export function softCrossEntropy<R extends Reduction = 'mean'>(logits: LogitsLike, targets: TargetsLike, options: CrossEntropyOptions<R> = {}): Reduced<R> {
  const { reduction, labelSmoothing = 0 } = options;
  checkShape('softCrossEntropy', 'targets', targets, checkLogits('softCrossEntropy', logits));
  if (!(labelSmoothing >= 0 && labelSmoothing <= 1)) throw new RangeError(`softCrossEntropy: labelSmoothing must be in [0, 1], got ${labelSmoothing}`);
  return tf.tidy(() => {
    const smooth = labelSmoothing === 0 ? targets : smoothTargets(targets, labelSmoothing);
    return reduce('softCrossEntropy', tf.neg(tf.sum(tf.mul(smooth, logSoftmax(logits)), -1)), reduction);
  });
}
