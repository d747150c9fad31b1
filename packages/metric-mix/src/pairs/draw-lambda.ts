import { beta, type Rng } from '@mixwell/tensor';
import { checkPositive, checkWhole } from '../check.ts';

export interface DrawLambdaOptions {
  /** λ ~ Beta(alpha, alpha), > 0. Default 2, that of Metrix. */
  readonly alpha?: number;
  /** One λ for the whole batch, as in the authors' code, or one for each pair. Default 'batch'. */
  readonly per?: 'batch' | 'pair';
}

/**
 * λ of mixtures: what the first of each pair weighs, and how positive a mixture of a positive and a negative is.
 *
 * @param count how many λ come out: equal ones, or one drawn for each
 * @returns [count] in [0, 1]
 * @throws {RangeError} for alpha ≤ 0 or no count
 */
export function drawLambda(rng: Rng, count: number, { alpha = 2, per = 'batch' }: DrawLambdaOptions = {}): Float32Array {
  checkPositive('drawLambda', 'alpha', alpha);
  checkWhole('drawLambda', 'count', count);
  if (per === 'batch') return new Float32Array(count).fill(beta(rng, alpha, alpha));
  return Float32Array.from({ length: count }, () => beta(rng, alpha, alpha));
}
