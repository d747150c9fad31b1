// Widmann, Lindsten, Zachariah: Calibration tests in multi-class classification, 2019 (arXiv 1910.11385); bootstrap of degenerate U-statistics:
// Arcones, Giné: On the bootstrap of U and V statistics, 1992.
import { integer, type Rng } from '@mixwell/tensor';
import { readClassified } from '../inputs/events.ts';
import type { ArrayInput, Predictions } from '../inputs/predictions.ts';
import { type Skce, type SkceDistance, skceTerms } from './skce.ts';

export interface SkceTestOptions {
  readonly rng: Rng;
  /** Default 1000: no p is below 1 / 1001. */
  readonly replicates?: number;
  /** As in `skce`. Default 'unbiased' up to 1000 rows (a table of n² numbers is kept), 'block' beyond: less sharp, n steps. */
  readonly estimator?: 'unbiased' | 'block';
  /** As in `skce`. */
  readonly bandwidth?: number;
  /** As in `skce`. */
  readonly distance?: SkceDistance;
  /** Is told how many replicates are done, in [0, 1]. */
  readonly onProgress?: (share: number) => void;
}

export interface SkceTest extends Skce {
  /** How often calibrated predictions would have so large an error: small where these are not calibrated. In (0, 1]. */
  readonly pValue: number;
  readonly replicates: number;
}

const pairwiseRows = 1000;

/** Draws what the mean over disjoint pairs is where its expectation is 0. */
function blockReplicates(terms: Float64Array, value: number, rng: Rng): () => number {
  return () => {
    let sum = 0;
    for (let i = 0; i < terms.length; i++) sum += terms[integer(rng, 0, terms.length)]! - value;
    return sum / terms.length;
  };
}

/** Draws what the mean over pairs is where the expectation over either row is 0: both are taken off the table first. */
function pairReplicates(terms: Float64Array, rows: number, rng: Rng): () => number {
  const means = Float64Array.from({ length: rows }, (_, i) => terms.subarray(i * rows, (i + 1) * rows).reduce((sum, x) => sum + x, 0) / rows);
  const mean = means.reduce((sum, x) => sum + x, 0) / rows;
  for (let i = 0; i < rows; i++) for (let j = 0; j < rows; j++) terms[i * rows + j]! += mean - means[i]! - means[j]!;
  const counts = new Float64Array(rows);
  return () => {
    counts.fill(0);
    for (let i = 0; i < rows; i++) counts[integer(rng, 0, rows)]!++;
    let total = 0;
    for (let i = 0; i < rows; i++) {
      if (counts[i] === 0) continue;
      let sum = 0;
      for (let j = 0; j < rows; j++) sum += counts[j]! * terms[i * rows + j]!;
      // pairs of one draw with itself do not count
      total += counts[i]! * (sum - terms[i * rows + i]!);
    }
    return total / (rows * (rows - 1));
  };
}

/**
 * Tests whether predictions are calibrated as whole vectors: how likely an error of `skce` as large as theirs were if they were, by the bootstrap.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws {RangeError} for what `skce` throws, an estimator other than 'unbiased' or 'block', replicates < 1, fewer than 2 rows (4 for 'block')
 */
export function skceTest(predictions: Predictions, labels: ArrayInput, options: SkceTestOptions): SkceTest {
  const { matrix, labels: y } = readClassified(predictions, labels, 'skceTest');
  const { rows } = matrix;
  const { rng, replicates = 1000, estimator = rows <= pairwiseRows ? 'unbiased' : 'block', onProgress = () => {}, ...rest } = options;
  if (estimator !== 'unbiased' && estimator !== 'block') throw new RangeError(`skceTest: estimator must be unbiased or block, got ${String(estimator)}`);
  if (!Number.isInteger(replicates) || replicates < 1) throw new RangeError(`skceTest: replicates must be a whole number >= 1, got ${replicates}`);
  const fewest = estimator === 'block' ? 4 : 2;
  if (rows < fewest) throw new RangeError(`skceTest: estimator ${estimator} needs ${fewest} rows, got ${rows}`);
  const { found, term } = skceTerms('skceTest', matrix, y, { ...rest, estimator });
  const draw = estimator === 'block'
    ? blockReplicates(Float64Array.from({ length: Math.floor(rows / 2) }, (_, i) => term(2 * i, 2 * i + 1)), found.value, rng)
    : pairReplicates(Float64Array.from({ length: rows * rows }, (_, at) => term(Math.floor(at / rows), at % rows)), rows, rng);
  let larger = 0;
  for (let i = 1; i <= replicates; i++) {
    if (draw() >= found.value) larger++;
    onProgress(i / replicates);
  }
  return { ...found, pValue: (larger + 1) / (replicates + 1), replicates };
}
