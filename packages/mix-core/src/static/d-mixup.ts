import { dirichlet, permutation } from '@mixwell/tensor';
import { checkAlpha, checkShare, checkWhole } from '../check.ts';
import type { ScalarPlan } from '../plan/plan.ts';
import { drawsPer } from '../policy/draws-per.ts';
import type { Policy } from '../policy/policy.ts';

export interface DMixupChoice {
  /** k lists of [rows] images in the batch: what row r mixes is the r-th of each. */
  readonly points: readonly ArrayLike<number>[];
  /** [k] shared by all rows, or [rows, k]: ≥ 0, each row's summing to 1. */
  readonly weights: ArrayLike<number>;
}

export interface DMixupOptions {
  /** Images in each mixture, d + 1: 1 is no mixing, 2 is mixup. */
  readonly points: number;
  /** Parameter of the Dirichlet distribution of the weights, > 0. Default 1, uniform on the simplex. */
  readonly alpha?: number;
  /** One draw of weights for the batch, or one for each sample. Default 'batch'. */
  readonly per?: 'batch' | 'sample';
}

function checkWeights(weights: ArrayLike<number>, k: number, rows: number): void {
  if (weights.length !== k && weights.length !== rows * k) throw new RangeError(`dMixupPlan: weights must be ${k}, or ${rows} · ${k}, got ${weights.length}`);
  for (let at = 0; at < weights.length; at += k) {
    let sum = 0;
    for (let j = 0; j < k; j++) {
      checkShare('dMixupPlan', `weights[${at + j}]`, weights[at + j]!);
      sum += weights[at + j]!;
    }
    if (Math.abs(sum - 1) > 1e-6) throw new RangeError(`dMixupPlan: weights of a row must sum to 1, got ${sum}`);
  }
}

/**
 * The plan of any weighted mean of k images per row, Σⱼ wⱼ x[points[j]], labels likewise.
 *
 * @throws {RangeError} for images outside of the batch, lists of different lengths, weights outside [0, 1] or that do not sum to 1
 */
export function dMixupPlan({ points, weights }: DMixupChoice): ScalarPlan {
  const k = points.length;
  checkWhole('dMixupPlan', 'number of points', k);
  const rows = points[0]!.length;
  checkWhole('dMixupPlan', 'number of rows', rows);
  checkWeights(weights, k, rows);
  const sources = new Int32Array(rows * k);
  points.forEach((list, j) => {
    if (list.length !== rows) throw new RangeError(`dMixupPlan: points[${j}] must have ${rows} images, got ${list.length}`);
    for (let row = 0; row < rows; row++) {
      const source = list[row]!;
      if (!Number.isInteger(source) || source < 0 || source >= rows) throw new RangeError(`dMixupPlan: points[${j}][${row}] must be a whole number in [0, ${rows}), got ${source}`);
      sources[row * k + j] = source;
    }
  });
  const labelWeights = Float32Array.from({ length: rows * k }, (_, i) => weights[i % weights.length]!);
  return { kind: 'scalar', batch: rows, rows, k, sources, weights: Float32Array.from(weights), labelWeights };
}

/**
 * d-Mixup, mixup of `points` = d + 1 images: each image is averaged with d others, weights from Dirichlet(alpha, …, alpha). The weight of each image is Beta(alpha, d · alpha), 1 / points on
 * average. Draws the weights first, then a permutation for each further point. Works for inputs of any rank.
 *
 * Chidambaram, Ge, "On the Limitations of Temperature Scaling for Distributions with Overlaps", ICLR 2024, arXiv 2306.00740.
 *
 * @throws {RangeError} for points that are no whole number ≥ 1, alpha ≤ 0, an unknown rule, an empty batch
 */
export function dMixup({ points, alpha = 1, per = 'batch' }: DMixupOptions): Policy {
  checkWhole('dMixup', 'points', points);
  checkAlpha('dMixup', alpha);
  if (per !== 'batch' && per !== 'sample') throw new RangeError(`dMixup: per must be 'batch' or 'sample', got '${String(per)}'`);
  const draws = drawsPer('dMixup', { per });
  const alphas = new Float64Array(points).fill(alpha);
  return (rng, { rows }) => {
    checkWhole('dMixup', 'batch.rows', rows);
    const weights = draws(rows, () => Array.from(dirichlet(rng, alphas))).flat();
    const others = Array.from({ length: points - 1 }, () => permutation(rng, rows));
    return dMixupPlan({ points: [Int32Array.from({ length: rows }, (_, row) => row), ...others], weights });
  };
}
