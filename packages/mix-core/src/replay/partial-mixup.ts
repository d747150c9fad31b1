import { choice, permutation, type Rng } from '@mixwell/tensor';
import { checkShare, checkWhole } from '../check.ts';
import type { ScalarPlan } from '../plan/plan.ts';
import { lambdaDraw, type PairOptions } from '../policy/draw-lambda.ts';
import { type PerRow, readLambdas } from '../policy/pair.ts';
import type { Policy } from '../policy/policy.ts';
import { dMixupPlan } from '../static/d-mixup.ts';

export interface PartialMixupChoice {
  /** [rows]: the images that λ counts for. */
  readonly first: ArrayLike<number>;
  /** [rows]: the images that 1 − λ counts for. */
  readonly second: ArrayLike<number>;
  /** In [0, 1]: one number, or one for each row. */
  readonly lambda: PerRow;
  /** Rows that stay unmixed, λ := 1; a row may come several times. Default: none. */
  readonly unmixed?: ArrayLike<number>;
}

export interface PartialMixupOptions extends Pick<PairOptions, 'alpha' | 'lambda'> {
  /** Default 'sample': a λ for each row, as published. */
  readonly per?: 'batch' | 'sample';
  /** Share of the rows that are mixed, in [0, 1]; 1 is full mixup. Default 0.1. */
  readonly mixedFraction?: number;
  /**
   * 'without-replacement': exactly round(rows · mixedFraction) rows are mixed. 'with-replacement': what the published code does, which draws ⌊rows · (1 − mixedFraction)⌋ unmixed rows of
   * which some are the same, so that more are mixed than asked for (41 % instead of 10 % of 64). Default 'without-replacement'.
   */
  readonly sampling?: 'without-replacement' | 'with-replacement';
}

/**
 * The plan of mixup between two permutations of a batch, λ x[first] + (1 − λ) x[second], in which some rows may stay unmixed.
 *
 * @throws {RangeError} for images or rows outside of the batch, lists of different lengths, λ outside [0, 1]
 */
export function partialMixupPlan({ first, second, lambda, unmixed = [] }: PartialMixupChoice): ScalarPlan {
  const rows = first.length;
  checkWhole('partialMixupPlan', 'number of rows', rows);
  const read = readLambdas('partialMixupPlan', lambda, rows);
  const lambdas = Float64Array.from({ length: rows }, (_, row) => read[read.length === 1 ? 0 : row]!);
  for (let i = 0; i < unmixed.length; i++) {
    const row = unmixed[i]!;
    if (!Number.isInteger(row) || row < 0 || row >= rows) throw new RangeError(`partialMixupPlan: unmixed[${i}] must be a whole number in [0, ${rows}), got ${row}`);
    lambdas[row] = 1;
  }
  return dMixupPlan({ points: [first, second], weights: Array.from(lambdas, (value) => [value, 1 - value]).flat() });
}

function drawUnmixed(rng: Rng, rows: number, mixedFraction: number, sampling: 'without-replacement' | 'with-replacement'): Int32Array {
  // 1 − 0.9 is less than 0.1 in doubles: without the margin a row would be lost
  if (sampling === 'with-replacement') return choice(rng, rows, Math.floor(rows * (1 - mixedFraction) + 1e-9), { replace: true });
  return choice(rng, rows, rows - Math.round(rows * mixedFraction));
}

/**
 * Partial mixup (PMU): a share of the rows is mixed, the others are images of the batch as they are. Both sides are shuffled, each row has a λ ~ Beta(alpha, alpha) of its own. With
 * `mixedFraction: 1` it is full mixup (FMU). Draws both permutations, then λ, then the unmixed rows.
 *
 * Choi, Jeon, Shukla, Turaga, "Understanding the Role of Mixup in Knowledge Distillation: An Empirical Study", WACV 2023, arXiv 2211.03946.
 *
 * @throws {RangeError} for alpha ≤ 0, λ or mixedFraction outside [0, 1], an unknown rule, an empty batch
 */
export function partialMixup({ mixedFraction = 0.1, sampling = 'without-replacement', per = 'sample', ...options }: PartialMixupOptions = {}): Policy {
  checkShare('partialMixup', 'mixedFraction', mixedFraction);
  if (sampling !== 'without-replacement' && sampling !== 'with-replacement') throw new RangeError(`partialMixup: sampling must be 'without-replacement' or 'with-replacement', got '${String(sampling)}'`);
  const draw = lambdaDraw('partialMixup', { ...options, per });
  return (rng, { rows }) => {
    checkWhole('partialMixup', 'batch.rows', rows);
    const [first, second] = [permutation(rng, rows), permutation(rng, rows)];
    const lambda = draw(rng, rows);
    return partialMixupPlan({ first, second, lambda, unmixed: drawUnmixed(rng, rows, mixedFraction, sampling) });
  };
}
