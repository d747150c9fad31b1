import * as tf from '@tensorflow/tfjs-core';
import type { LambdaLike } from '../inputs.ts';

/**
 * How a share λ of a label is rescaled: 1 from `threshold` on; below it `pow` is (λ / threshold)^|exponent|, `exp` is (Bˡ − 1) / (Bᵗ − 1) with B = exponent², l = λ, t = threshold,
 * from 0 to 1; `none` is 1 everywhere.
 */
export interface LambdaRescale {
  readonly mode: 'none' | 'pow' | 'exp';
  /** In (0, 1]. Default 1. */
  readonly threshold?: number;
  /** Its size counts, < 100; 0 makes `pow` 1 everywhere; neither 0 nor ±1 for `exp`. Default 1; needed for `exp`. */
  readonly exponent?: number;
}

/** @throws {RangeError} for an unknown mode, a threshold or exponent out of range */
export function checkRescale(caller: string, { mode, threshold = 1, exponent = 1 }: LambdaRescale): void {
  if (!['none', 'pow', 'exp'].includes(mode)) throw new RangeError(`${caller}: rescale.mode must be 'none', 'pow' or 'exp', got '${mode}'`);
  if (!(threshold > 0 && threshold <= 1)) throw new RangeError(`${caller}: rescale.threshold must be in (0, 1], got ${threshold}`);
  if (!(Math.abs(exponent) < 100)) throw new RangeError(`${caller}: rescale.exponent must be in (-100, 100), got ${exponent}`);
  if (mode === 'exp' && (exponent === 0 || Math.abs(exponent) === 1)) throw new RangeError(`${caller}: rescale.exponent must be neither 0 nor ±1 where rescale.mode is 'exp', got ${exponent}`);
}

/**
 * The rescaled share of a label, r(λ), elementwise.
 *
 * Liu et al., "Harnessing Hard Mixed Samples with Decoupled Regularizer", NeurIPS 2023, arXiv 2203.10761; as OpenMixup has it.
 *
 * @param lambda in [0, 1]: a number, or a tensor of any shape
 * @returns a tensor of that shape, in [0, 1]
 * @throws {RangeError} for a number outside [0, 1], an unknown mode, a threshold or exponent out of range
 */
export function rescaleLambda(lambda: LambdaLike, rescale: LambdaRescale): tf.Tensor {
  checkRescale('rescaleLambda', rescale);
  const { mode, threshold = 1, exponent = 1 } = rescale;
  if (typeof lambda === 'number' && !(lambda >= 0 && lambda <= 1)) throw new RangeError(`rescaleLambda: lambda must be in [0, 1], got ${lambda}`);
  return tf.tidy(() => {
    const share = typeof lambda === 'number' ? tf.scalar(lambda) : lambda;
    if (mode === 'none') return tf.onesLike(share);
    const base = 2 * Math.log(Math.abs(exponent));
    const below = mode === 'pow' ? tf.pow(tf.div(share, threshold), Math.abs(exponent)) : tf.div(tf.expm1(tf.mul(share, base)), Math.expm1(base * threshold));
    return tf.where(tf.greaterEqual(share, threshold), tf.onesLike(share), below);
  });
}
