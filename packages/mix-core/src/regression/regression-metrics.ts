import type { LabelInput } from '../plan/mix-labels.ts';
import { readVectors } from './vectors.ts';

/** How far predictions are from labels. */
export interface RegressionMetrics {
  /** Mean squared error over all entries. */
  readonly mse: number;
  /** Its root, in units of the labels. */
  readonly rmse: number;
  /** Mean absolute error. */
  readonly mae: number;
  /** Mean of |prediction − label| / |label| over the labels that are not 0, in percent. NaN where all are. */
  readonly mape: number;
  /** Pearson's correlation of each column, averaged over the columns whose labels differ. NaN where none do, or a prediction that should vary does not. */
  readonly r: number;
}

interface Pair {
  readonly pred: Float64Array;
  readonly label: Float64Array;
  readonly count: number;
  readonly dim: number;
}

/** @throws {RangeError} where the shapes differ, or a value is not finite */
function readPair(caller: string, pred: LabelInput, label: LabelInput): Pair {
  const [p, y] = [readVectors(caller, 'pred', pred), readVectors(caller, 'label', label)];
  if (p.count !== y.count || p.dim !== y.dim) throw new RangeError(`${caller}: pred must have the shape of label, [${y.count}, ${y.dim}], got [${p.count}, ${p.dim}]`);
  return { pred: p.data, label: y.data, count: y.count, dim: y.dim };
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** NaN where a column is constant. */
function correlation(pred: Float64Array, label: Float64Array): number {
  const [meanPred, meanLabel] = [mean(pred), mean(label)];
  let [both, ofPred, ofLabel] = [0, 0, 0];
  for (let i = 0; i < label.length; i++) {
    const [a, b] = [pred[i]! - meanPred, label[i]! - meanLabel];
    both += a * b;
    ofPred += a * a;
    ofLabel += b * b;
  }
  return both / Math.sqrt(ofPred * ofLabel);
}

function metricsOf({ pred, label, count, dim }: Pair): RegressionMetrics {
  const mse = mean(pred.map((p, i) => (p - label[i]!) ** 2));
  const relative = pred.map((p, i) => Math.abs(p - label[i]!) / Math.abs(label[i]!)).filter((_, i) => label[i] !== 0);
  const column = (values: Float64Array, d: number): Float64Array => Float64Array.from({ length: count }, (_, i) => values[i * dim + d]!);
  const varying = Array.from({ length: dim }, (_, d) => d).filter((d) => column(label, d).some((value) => value !== label[d]));
  return {
    mse,
    rmse: Math.sqrt(mse),
    mae: mean(pred.map((p, i) => Math.abs(p - label[i]!))),
    mape: 100 * mean(relative),
    r: mean(Float64Array.from(varying, (d) => correlation(column(pred, d), column(label, d)))),
  };
}

/**
 * Errors and correlation of a regression.
 *
 * @param pred [count] or [count, dim]
 * @param label of the same shape
 * @throws {RangeError} where the shapes differ, or a value is NaN or infinite
 */
export function regressionMetrics(pred: LabelInput, label: LabelInput): RegressionMetrics {
  return metricsOf(readPair('regressionMetrics', pred, label));
}

/** The group for which a metric is worst, and its value. */
export interface WorstGroup<G> {
  readonly group: G;
  readonly value: number;
}

/**
 * The group with the largest error, or for `r` the one with the correlation nearest to 0: what an average hides. Groups whose metric is not defined are passed over.
 *
 * @param groups [count]: the group of each example
 * @throws {RangeError} where shapes differ, or the metric is defined for no group
 */
export function worstGroup<G extends string | number>(pred: LabelInput, label: LabelInput, groups: ArrayLike<G>, metric: keyof RegressionMetrics = 'rmse'): WorstGroup<G> {
  const pair = readPair('worstGroup', pred, label);
  const { count, dim } = pair;
  if (groups.length !== count) throw new RangeError(`worstGroup: groups must be one for each of ${count} examples, got ${groups.length}`);
  const of = Array.from(groups);
  const results = [...new Set(of)].map((group): WorstGroup<G> => {
    const own = (values: Float64Array): Float64Array => values.filter((_, i) => of[Math.floor(i / dim)] === group);
    const label = own(pair.label);
    return { group, value: metricsOf({ pred: own(pair.pred), label, count: label.length / dim, dim })[metric] };
  }).filter(({ value }) => !Number.isNaN(value));
  if (results.length === 0) throw new RangeError(`worstGroup: ${metric} must be defined for one group at least`);
  const badness = ({ value }: WorstGroup<G>): number => (metric === 'r' ? -Math.abs(value) : value);
  return results.reduce((worst, result) => (badness(result) > badness(worst) ? result : worst));
}
