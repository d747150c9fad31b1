import type { Targets } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkLogits } from '../check.ts';
import type { TargetsLike } from '../inputs.ts';

/** `original`: e as it is (Szegedy et al. 2016, arXiv 1512.00567). `classy_vision`: e / (1 + e), as ClassyVision has it. */
export type SmoothingMode = 'original' | 'classy_vision';

/**
 * Label smoothing: (1 − e) t + e / classes. Applied to mixed targets, after mixing.
 *
 * @param targets [n, classes]
 * @param smoothing e in [0, 1]
 * @returns [n, classes]
 * @throws {RangeError} for another shape, e outside [0, 1], an unknown mode
 */
export function smoothTargets(targets: TargetsLike, smoothing: number, mode: SmoothingMode = 'original'): Targets {
  const [, classes] = checkLogits('smoothTargets', targets, 'targets');
  if (!(smoothing >= 0 && smoothing <= 1)) throw new RangeError(`smoothTargets: smoothing must be in [0, 1], got ${smoothing}`);
  if (mode !== 'original' && mode !== 'classy_vision') throw new RangeError(`smoothTargets: mode must be 'original' or 'classy_vision', got '${String(mode)}'`);
  const share = mode === 'original' ? smoothing : smoothing / (1 + smoothing);
  return tf.tidy(() => tf.add(tf.mul(targets, 1 - share), share / classes));
}
