import { beta, type Rng } from '@mixwell/tensor';
import { checkOneOf, checkPositive, checkRng, checkWhole } from '../check.ts';

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
 * @throws {RangeError | TypeError} for alpha ≤ 0, no count, no generator
 */
export function drawLambda(rng: Rng, count: number, { alpha = 2, per = 'batch' }: DrawLambdaOptions = {}): Float32Array {
  checkPositive('drawLambda', 'alpha', alpha);
  checkWhole('drawLambda', 'count', count);
  checkOneOf('drawLambda', 'per', per, ['batch', 'pair']);
  checkRng('drawLambda', rng);
  if (per === 'batch') return new Float32Array(count).fill(beta(rng, alpha, alpha));
  return Float32Array.from({ length: count }, () => beta(rng, alpha, alpha));
}
