// Efron: Bootstrap Methods: Another Look at the Jackknife, 1979; Davison, Hinkley: Bootstrap Methods and their Application, 1997, section 5.2.
import { integer, type Rng } from '@mixwell/tensor';
import { type ArrayInput, type EventPredictions, type Predictions, readConfidence, readLabels, readScores } from '../inputs/predictions.ts';
import { quantile } from './quantile.ts';

export interface BootstrapOptions {
  readonly rng: Rng;
  /** Default 1000. */
  readonly replicates?: number;
  /** Share of the replicates inside the interval, in (0, 1). Default 0.95. */
  readonly level?: number;
}

export interface BootstrapInterval {
  /** The metric of the data itself. */
  readonly value: number;
  readonly n: number;
  readonly replicates: number;
  readonly level: number;
  /** Quantiles of the replicates. */
  readonly percentile: readonly [low: number, high: number];
  /** The same mirrored at the value: 2 · value − quantiles. */
  readonly basic: readonly [low: number, high: number];
  /** Standard deviation of the replicates. */
  readonly standardError: number;
}

/** Any metric of this package that gives a number. */
export type Metric<P> = (predictions: P, labels: ArrayInput) => number;

/** The rows that `picked` names, in the form the predictions came in. */
function gatherer(predictions: Predictions | EventPredictions): { readonly rows: number; readonly classes: number; readonly gather: (picked: Int32Array) => Predictions | EventPredictions } {
  if ('confidence' in predictions) {
    const confidence = readConfidence(predictions.confidence, 'bootstrap');
    return { rows: confidence.length, classes: 2, gather: (picked) => ({ confidence: Float64Array.from(picked, (n) => confidence[n]!) }) };
  }
  const { kind, rows, columns, values } = readScores(predictions, 'bootstrap');
  const gather = (picked: Int32Array): Predictions => {
    const data = values.slice();
    for (const [to, from] of picked.entries()) data.set(values.subarray(from * columns, (from + 1) * columns), to * columns);
    return kind === 'logits' ? { logits: { data, shape: [rows, columns] } } : { probabilities: { data, shape: [rows, columns] } };
  };
  return { rows, classes: columns, gather };
}

/**
 * How far a metric depends on the samples at hand: it is taken again of as many rows, drawn with replacement. The same seed draws the same rows for every metric, so that two
 * metrics or two models of one test set can be compared. Binned errors are biased upwards, and more so on the replicates, where rows repeat: their percentile interval lies too
 * high, and `basic` corrects for it.
 *
 * @param metric say `(p, y) => expectedCalibrationError(p, y).value`
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]`
 * @throws {RangeError} for replicates < 1, a level outside (0, 1), or bad labels; what the metric throws
 */
export function bootstrap<P extends Predictions | EventPredictions>(metric: Metric<P>, predictions: P, labels: ArrayInput, options: BootstrapOptions): BootstrapInterval {
  const { rng, replicates = 1000, level = 0.95 } = options;
  if (!Number.isInteger(replicates) || replicates < 1) throw new RangeError(`bootstrap: replicates must be a whole number >= 1, got ${replicates}`);
  if (!(level > 0 && level < 1)) throw new RangeError(`bootstrap: level must be in (0, 1), got ${level}`);
  const { rows, classes, gather } = gatherer(predictions);
  const y = readLabels(labels, rows, classes, 'bootstrap');
  const value = metric(predictions, y);
  const picked = new Int32Array(rows);
  const drawn = Float64Array.from({ length: replicates }, () => {
    for (let n = 0; n < rows; n++) picked[n] = integer(rng, 0, rows);
    return metric(gather(picked) as P, Int32Array.from(picked, (n) => y[n]!));
  }).sort();
  const [low, high] = [quantile(drawn, (1 - level) / 2), quantile(drawn, (1 + level) / 2)];
  const mean = drawn.reduce((sum, x) => sum + x, 0) / replicates;
  const standardError = Math.sqrt(drawn.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, replicates - 1));
  return { value, n: rows, replicates, level, percentile: [low, high], basic: [2 * value - high, 2 * value - low], standardError };
}
