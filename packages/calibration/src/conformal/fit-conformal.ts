// Vovk, Gammerman, Shafer: Algorithmic Learning in a Random World, 2005 (split conformal, section 4.1; Mondrian, section 4.5).
import { type ArrayInput, type Predictions, readLabels } from '../inputs/predictions.ts';
import { checkScore, type ConformalScore, type Randomness, scoreMatrix, scoring } from './conformal-scores.ts';

/** What `fitConformal` found: plain data that survives JSON. */
export interface ConformalCalibrator {
  readonly type: 'conformal';
  readonly version: 1;
  readonly score: ConformalScore;
  /** Wanted share of samples whose set lacks their label. */
  readonly alpha: number;
  readonly classes: number;
  /** Which quantile holds: one for all, that of the class in question, or that of the sample's group. */
  readonly by: 'all' | 'class' | 'group';
  /** One, or one a class or group; null where there are too few samples for one: then every class is in the set. */
  readonly quantiles: readonly (number | null)[];
  /** Samples behind each quantile. */
  readonly counts: readonly number[];
  /** What makes sets larger than they should be, in words; empty when all is well. */
  readonly warnings: readonly string[];
}

export type FitConformalOptions = ConformalScore & {
  /** Wanted share of sets without the label, in (0, 1), say 0.1. */
  readonly alpha: number;
  /** The u of APS and RAPS; give one to `predictSets` as well. */
  readonly random?: Randomness;
  /** Coverage for each class on its own ('class'), or for each group: `[n]` whole numbers from 0 (Mondrian). Default: over all samples. */
  readonly by?: 'class' | ArrayInput;
};

export function checkAlpha(alpha: number, caller: string): void {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`${caller}: alpha must be in (0, 1), got ${alpha}`);
}

/**
 * The ⌈(n + 1)(1 − alpha)⌉-th smallest score: a new sample's score is no larger with probability ≥ 1 − alpha. Infinity where that rank is beyond n, which
 * takes n ≥ 1 / alpha − 1 to avoid.
 *
 * @param scores `[n]`
 * @throws {RangeError} for alpha outside (0, 1) or NaN among the scores
 */
export function conformalQuantile(scores: ArrayLike<number>, alpha: number): number {
  checkAlpha(alpha, 'conformalQuantile');
  const sorted = Float64Array.from(scores);
  const bad = sorted.findIndex(Number.isNaN);
  if (bad >= 0) throw new RangeError(`conformalQuantile: scores: row ${bad} must be a number, got NaN`);
  sorted.sort();
  // (n + 1)(1 − alpha) may come out a hair above the whole number that it is
  const rank = Math.ceil((sorted.length + 1) * (1 - alpha) * (1 - 4 * Number.EPSILON));
  return rank > sorted.length ? Infinity : sorted[rank - 1]!;
}

/** The group of each sample and the number of groups. */
function groupsOf(by: FitConformalOptions['by'], labels: Int32Array, classes: number, caller: string): { readonly group: Int32Array; readonly size: number } {
  if (by === undefined) return { group: new Int32Array(labels.length), size: 1 };
  if (by === 'class') return { group: labels, size: classes };
  const group = readGroups(by, labels.length, caller);
  return { group, size: 1 + group.reduce((a, b) => Math.max(a, b), 0) };
}

export function readGroups(groups: ArrayInput, rows: number, caller: string): Int32Array {
  return readLabels(groups, rows, 2 ** 24, `${caller}: by`);
}

function tooFew(kind: ConformalCalibrator['by'], g: number, count: number, alpha: number): string {
  const where = kind === 'all' ? '' : `${kind} ${g}: `;
  const inSets = kind === 'class' ? 'this class' : 'every class';
  return `${where}${count} samples are too few for alpha ${alpha}, which takes ${Math.ceil(1 / alpha - 1 - 1e-9)}: ${inSets} is in every set`;
}

/**
 * Split conformal prediction: from held-out samples, how strange a class may be to go into the set of a new sample, so that sets hold the true class with probability
 * ≥ 1 − alpha, whatever the model (as long as held-out and new samples are exchangeable).
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]` of samples that the model, and its temperature, were not fitted on
 * @param labels `[n]` classes
 * @throws {RangeError} naming the first bad row or argument
 */
export function fitConformal(predictions: Predictions, labels: ArrayInput, options: FitConformalOptions): ConformalCalibrator {
  const name = 'fitConformal';
  const { alpha, random, by } = options;
  checkAlpha(alpha, name);
  checkScore(options, name);
  const score: ConformalScore = options.method === 'raps' ? { method: 'raps', lambda: options.lambda, kreg: options.kreg } : { method: options.method };
  const { rows, columns, values } = scoreMatrix(...scoring(predictions, score, random, name));
  const y = readLabels(labels, rows, columns, name);
  const { group, size } = groupsOf(by, y, columns, name);
  const scores: number[][] = Array.from({ length: size }, () => []);
  for (let n = 0; n < rows; n++) scores[group[n]!]!.push(values[n * columns + y[n]!]!);
  const kind = by === undefined ? 'all' : by === 'class' ? 'class' : 'group';
  const quantiles = scores.map((own) => conformalQuantile(own, alpha)).map((q) => (q === Infinity ? null : q));
  const warnings = quantiles.flatMap((q, g) => (q === null ? [tooFew(kind, g, scores[g]!.length, alpha)] : []));
  return { type: 'conformal', version: 1, score, alpha, classes: columns, by: kind, quantiles, counts: scores.map((own) => own.length), warnings };
}
