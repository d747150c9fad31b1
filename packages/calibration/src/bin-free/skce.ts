// Widmann, Lindsten, Zachariah: Calibration tests in multi-class classification, 2019 (arXiv 1910.11385), definitions 4 to 7.
import { compensatedSum } from '../inputs/compensated-sum.ts';
import { readClassified } from '../inputs/events.ts';
import type { ArrayInput, Matrix, Predictions } from '../inputs/predictions.ts';

export type SkceDistance = 'l2' | 'tv';

export interface SkceOptions {
  /**
   * `unbiased`: mean over pairs of two samples (may be negative); `biased`: over all pairs, never negative; `block`: over rows 0 and 1, 2 and 3, …: unbiased too, n steps
   * instead of n². Default 'unbiased' up to 5000 samples, 'block' beyond.
   */
  readonly estimator?: 'unbiased' | 'biased' | 'block';
  /** ν > 0. Default: the median distance of two predictions (beyond 2000 rows, of 2000 rows at equal spacing). */
  readonly bandwidth?: number;
  /** Between predictions: Euclidean, or total variation ½ Σ |p − p'|. Default 'l2'. */
  readonly distance?: SkceDistance;
}

export interface Skce {
  readonly value: number;
  readonly n: number;
  readonly estimator: 'unbiased' | 'biased' | 'block';
  readonly bandwidth: number;
  readonly distance: SkceDistance;
}

const pairwiseRows = 5000;
const medianRows = 2000;

function distanceOf({ columns, values }: Matrix, i: number, j: number, kind: SkceDistance): number {
  let sum = 0;
  for (let k = 0; k < columns; k++) {
    const gap = values[i * columns + k]! - values[j * columns + k]!;
    sum += kind === 'l2' ? gap * gap : Math.abs(gap);
  }
  return kind === 'l2' ? Math.sqrt(sum) : sum / 2;
}

function medianDistance(matrix: Matrix, kind: SkceDistance): number {
  const used = Math.min(matrix.rows, medianRows);
  const row = (i: number): number => Math.floor((i * matrix.rows) / used);
  const distances = new Float64Array((used * (used - 1)) / 2);
  let at = 0;
  for (let i = 0; i < used; i++) for (let j = i + 1; j < used; j++) distances[at++] = distanceOf(matrix, row(i), row(j), kind);
  distances.sort();
  return (distances[(at - 1) >> 1]! + distances[at >> 1]!) / 2;
}

/** k(p_i, p_j) ⟨e_{y_i} − p_i, e_{y_j} − p_j⟩ */
function term(matrix: Matrix, labels: Int32Array, i: number, j: number, bandwidth: number, kind: SkceDistance): number {
  const { columns, values } = matrix;
  let product = labels[i] === labels[j] ? 1 : 0;
  product -= values[j * columns + labels[i]!]! + values[i * columns + labels[j]!]!;
  for (let k = 0; k < columns; k++) product += values[i * columns + k]! * values[j * columns + k]!;
  return product * Math.exp(-distanceOf(matrix, i, j, kind) / bandwidth);
}

function estimate(rows: number, estimator: Skce['estimator'], at: (i: number, j: number) => number): number {
  const sum = compensatedSum();
  if (estimator === 'block') {
    for (let i = 0; i + 1 < rows; i += 2) sum.add(at(i, i + 1));
    return sum.value / Math.floor(rows / 2);
  }
  for (let i = 0; i < rows; i++) for (let j = i + 1; j < rows; j++) sum.add(2 * at(i, j));
  if (estimator === 'unbiased') return sum.value / (rows * (rows - 1));
  for (let i = 0; i < rows; i++) sum.add(at(i, i));
  return sum.value / (rows * rows);
}

export interface SkceTerms {
  readonly found: Skce;
  /** What two rows add to the error. */
  readonly term: (i: number, j: number) => number;
}

function termsOf(matrix: Matrix, labels: Int32Array, options: SkceOptions): SkceTerms | null {
  const { rows, columns } = matrix;
  const { estimator = rows <= pairwiseRows ? 'unbiased' : 'block', distance = 'l2', bandwidth: given } = options;
  if (columns === 1) return { found: { value: 0, n: rows, estimator, bandwidth: given ?? 0, distance }, term: () => 0 };
  const bandwidth = given ?? (rows > 1 ? medianDistance(matrix, distance) : 0);
  if (bandwidth === 0) return null;
  const at = (i: number, j: number): number => term(matrix, labels, i, j, bandwidth, distance);
  return { found: { value: estimate(rows, estimator, at), n: rows, estimator, bandwidth, distance }, term: at };
}

/** Null where no bandwidth is given and the median distance is 0. */
export const skceOf = (matrix: Matrix, labels: Int32Array, options: SkceOptions): Skce | null => termsOf(matrix, labels, options)?.found ?? null;

/** The error, and what it is made of. @throws {RangeError} for bad options, or where the median distance is 0 and no bandwidth given */
export function skceTerms(caller: string, matrix: Matrix, labels: Int32Array, options: SkceOptions): SkceTerms {
  const { estimator = 'unbiased', distance = 'l2', bandwidth } = options;
  if (!['unbiased', 'biased', 'block'].includes(estimator)) throw new RangeError(`${caller}: estimator must be unbiased, biased or block, got ${estimator}`);
  if (distance !== 'l2' && distance !== 'tv') throw new RangeError(`${caller}: distance must be l2 or tv, got ${String(distance)}`);
  if (bandwidth !== undefined && !(bandwidth > 0)) throw new RangeError(`${caller}: bandwidth must be > 0, got ${bandwidth}`);
  if (matrix.rows < 2 && estimator !== 'biased') throw new RangeError(`${caller}: estimator ${estimator} needs 2 rows, got ${matrix.rows}`);
  const terms = termsOf(matrix, labels, options);
  if (!terms) throw new RangeError(`${caller}: bandwidth must be given where half of the predictions are equal (their median distance is 0)`);
  return terms;
}

/**
 * Squared kernel calibration error: of the whole vector of probabilities, not of the most probable class or of one class at a time. Mean over pairs of
 * exp(−‖p_i − p_j‖ / bandwidth) ⟨e_{y_i} − p_i, e_{y_j} − p_j⟩; 0 in expectation, for the unbiased estimators, exactly for calibrated predictions.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws {RangeError} naming the first bad row, or where the median distance is 0 and no bandwidth given
 */
export function skce(predictions: Predictions, labels: ArrayInput, options: SkceOptions = {}): Skce {
  const { matrix, labels: y } = readClassified(predictions, labels, 'skce');
  return skceTerms('skce', matrix, y, options).found;
}
