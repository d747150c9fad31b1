// LAC: Sadinle, Lei, Wasserman: Least Ambiguous Set-Valued Classifiers with Bounded Error Levels, 2019 (arXiv 1609.00451). APS: Romano, Sesia, Candès: Classification with
// Valid and Adaptive Coverage, 2020 (arXiv 2006.02544). RAPS: Angelopoulos, Bates, Jordan, Malik: Uncertainty Sets for Image Classifiers using Conformal Prediction, 2021
// (arXiv 2009.14193).
import { type Rng, toHost, uniform } from '@mixwell/tensor';
import { type ArrayInput, type Matrix, type Predictions, readLabels } from '../inputs/predictions.ts';
import { probabilityMatrix } from '../inputs/softmax.ts';

/** How strange a class is for a sample; classes in order of probability, ties in order of the classes, ranks from 1. */
export type ConformalScore =
  /** 1 − p: smallest sets on average. */
  | { readonly method: 'lac' }
  /** Σ p of the classes ranked before + u · p, u = 1 where not random: sets adapt to how hard a sample is. */
  | { readonly method: 'aps' }
  /** APS + lambda · max(0, rank − kreg): without the long tails of its sets. See `tuneRaps`. */
  | { readonly method: 'raps'; readonly lambda: number; readonly kreg: number };

/**
 * The u of APS and RAPS. Not given: 1, which is on the safe side and makes sets larger than need be. An `Rng`, or `[n]` numbers in [0, 1]: coverage is exact,
 * and sets can be empty.
 */
export type Randomness = Rng | ArrayInput | undefined;

const isRng = (random: Rng | ArrayInput): random is Rng => typeof (random as Partial<Rng>).next === 'function';

/** `[rows]` numbers in [0, 1]. */
export function drawsOf(random: Randomness, rows: number, caller: string): Float64Array {
  if (random === undefined) return new Float64Array(rows).fill(1);
  if (isRng(random)) return Float64Array.from({ length: rows }, () => uniform(random));
  const values = Float64Array.from(toHost(random).data as ArrayLike<number>, Number);
  if (values.length !== rows) throw new RangeError(`${caller}: random: expected one number for each of ${rows} rows, got ${values.length}`);
  const bad = values.findIndex((u) => !(u >= 0 && u <= 1));
  if (bad >= 0) throw new RangeError(`${caller}: random: row ${bad} must be in [0, 1], got ${values[bad]}`);
  return values;
}

export function checkScore(score: ConformalScore, caller: string): void {
  if (!['lac', 'aps', 'raps'].includes(score.method)) throw new RangeError(`${caller}: method must be lac, aps or raps, got ${score.method}`);
  if (score.method !== 'raps') return;
  if (!(score.lambda >= 0 && score.lambda < Infinity)) throw new RangeError(`${caller}: lambda must be >= 0, got ${score.lambda}`);
  if (!(Number.isInteger(score.kreg) && score.kreg >= 0)) throw new RangeError(`${caller}: kreg must be a whole number >= 0, got ${score.kreg}`);
}

/** Scores of all classes of one row of probabilities. */
function scoreRow(p: Float64Array, u: number, score: ConformalScore, to: Float64Array): void {
  if (score.method === 'lac') {
    for (let k = 0; k < p.length; k++) to[k] = 1 - p[k]!;
    return;
  }
  const order = Uint32Array.from(p, (_, k) => k).sort((a, b) => p[b]! - p[a]! || a - b);
  let before = 0;
  for (const [place, k] of order.entries()) {
    const penalty = score.method === 'raps' ? score.lambda * Math.max(0, place + 1 - score.kreg) : 0;
    to[k] = before + u * p[k]! + penalty;
    before += p[k]!;
  }
}

/** Scores `[n, classes]`, in place of the probabilities. */
export function scoreMatrix(probabilities: Matrix, draws: Float64Array, score: ConformalScore): Matrix {
  const { rows, columns, values } = probabilities;
  for (let n = 0; n < rows; n++) {
    const row = values.subarray(n * columns, (n + 1) * columns);
    scoreRow(row.slice(), draws[n]!, score, row);
  }
  return probabilities;
}

/**
 * The score of each sample's label: what `fitConformal` takes the quantile of.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @returns `[n]`
 * @throws {RangeError} naming the first bad row or argument
 */
export function conformalScores(predictions: Predictions, labels: ArrayInput, score: ConformalScore, random?: Randomness): Float64Array {
  const name = 'conformalScores';
  checkScore(score, name);
  const { rows, columns, values } = scoreMatrix(...scoring(predictions, score, random, name));
  const y = readLabels(labels, rows, columns, name);
  return Float64Array.from(y, (label, n) => values[n * columns + label]!);
}

/** What `scoreMatrix` takes, checked. */
export function scoring(predictions: Predictions, score: ConformalScore, random: Randomness, caller: string): [Matrix, Float64Array, ConformalScore] {
  const matrix = probabilityMatrix(predictions, caller);
  return [matrix, drawsOf(random, matrix.rows, caller), score];
}
