import type { ToHostInput } from '@mixwell/tensor';
import { type Matrix, checkSize, readClassifier, readLabels, readMatrix, readVector } from '../input/read.ts';
import { dot, rowNorm, shifted } from '../input/rows.ts';
import type { MixedPair } from '../optimal/mixed-target.ts';
import { coordinatesOf } from './channel-coordinates.ts';
import type { MixedPairs } from './mixed-features.ts';

export interface ChannelSummaryInput extends Pick<MixedPairs, 'lambda' | 'classA' | 'classB'> {
  /** Of mixed inputs, `[rows, features]`. */
  readonly features: ToHostInput;
  /** W `[classes, features]`, or centred class means where there is no classifier. */
  readonly classifier: ToHostInput;
  /** Features of unmixed inputs: their means by class, `[classes, features]`. Default: means of the rows with λ = 1. */
  readonly classMeans?: ToHostInput;
  /** Subtracted from features and class means, `[features]`. Default: nothing. */
  readonly origin?: ToHostInput;
  /** The feature `[features]` that theory asks for, such as that of `optimalMixedFeature`. Default: distances to it are null. */
  readonly optimum?: (pair: MixedPair) => ArrayLike<number>;
}

/** Of the mean feature of mixtures of two classes at one λ. What does not exist is null. */
export interface ChannelRow extends MixedPair {
  /** Mixed inputs. */
  readonly count: number;
  /** Same class: cosine with the classifier's row. Theory: 1. */
  readonly alignment: number | null;
  /** Different classes: component along the decision boundary, on w_A + w_B. */
  readonly along: number | null;
  /** Different classes: component across it, on w_A − w_B. */
  readonly across: number | null;
  /** Different classes: share of the length outside of the plane of w_A and w_B. Theory: 0. */
  readonly offPlane: number | null;
  /** Different classes, λ = 1/2: length over that of the midpoint of both class means. Theory: above 1 for cross entropy, 1 for mean squared error. */
  readonly amplification: number | null;
  /** Distance from λ μ_A + (1 − λ) μ_B over the length of μ_A. Theory: 0 for mean squared error. */
  readonly linearityError: number;
  /** Distance from the optimum over the optimum's length. */
  readonly distanceToOptimum: number | null;
}

interface Group extends MixedPair {
  count: number;
  /** `[features]` */
  readonly mean: Float64Array;
}

/** Means over the rows of each class pair and λ, in the order of their first rows. */
function groupRows({ rows, columns: d, values }: Matrix, lambda: ArrayLike<number>, classA: Int32Array, classB: Int32Array): Group[] {
  const groups = new Map<string, Group>();
  for (let n = 0; n < rows; n++) {
    const key = `${classA[n]} ${classB[n]} ${lambda[n]}`;
    const group = groups.get(key) ?? { classA: classA[n]!, classB: classB[n]!, lambda: lambda[n]!, count: 0, mean: new Float64Array(d) };
    groups.set(key, group);
    group.count += 1;
    for (let c = 0; c < d; c++) group.mean[c]! += (values[n * d + c]! - group.mean[c]!) / group.count;
  }
  return [...groups.values()];
}

/** Means of the rows with λ = 1, `[classes, features]`; NaN for classes without any. */
function unmixedMeans(groups: readonly Group[], classes: number, columns: number): Matrix {
  const values = new Float64Array(classes * columns).fill(NaN);
  for (let k = 0; k < classes; k++) {
    const own = groups.filter(({ classA, lambda }) => classA === k && lambda === 1);
    const n = own.reduce((sum, { count }) => sum + count, 0);
    if (n === 0) continue;
    for (let c = 0; c < columns; c++) values[k * columns + c] = own.reduce((sum, { mean, count }) => sum + (count / n) * mean[c]!, 0);
  }
  return { rows: classes, columns, values };
}

function distance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const differences = Float64Array.from(a, (value, c) => value - b[c]!);
  return rowNorm(differences, 0, differences.length);
}

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** null where the midpoint is 0 but for rounding, as that of two classes with opposite means. */
function amplificationOf(mean: Float64Array, first: Float64Array, second: Float64Array): number | null {
  const [length, midpoint] = [rowNorm(first, 0, first.length), rowNorm(first.map((value, c) => (value + second[c]!) / 2), 0, first.length)];
  return midpoint <= 1e-12 * length ? null : rowNorm(mean, 0, mean.length) / midpoint;
}

function rowOf({ mean, count, ...pair }: Group, weights: Matrix, means: Matrix, optimum: ChannelSummaryInput['optimum']): ChannelRow {
  const { classA: a, classB: b, lambda } = pair;
  const d = weights.columns;
  const classMean = (k: number): Float64Array => Float64Array.from(means.values.subarray(k * d, (k + 1) * d));
  const [first, second] = [classMean(a), classMean(b)];
  const straight = first.map((value, c) => lambda * value + (1 - lambda) * second[c]!);
  const [along, across, offPlane] = a === b ? [null, null, null] : coordinatesOf(mean, weights, a, b).map(orNull) as [number | null, number | null, number | null];
  const best = optimum?.(pair);
  return {
    ...pair, count, along, across, offPlane,
    alignment: a === b ? dot(mean, 0, weights.values, a, d) / (rowNorm(mean, 0, d) * rowNorm(weights.values, a, d)) : null,
    amplification: a !== b && lambda === 0.5 ? amplificationOf(mean, first, second) : null,
    linearityError: distance(mean, straight) / rowNorm(first, 0, d),
    distanceToOptimum: best ? distance(mean, best) / distance(best, new Float64Array(d)) : null,
  };
}

/**
 * The shape of mixed features in numbers, one row for each ordered pair of classes and λ that occur: same-class features against the classifier's directions, different-class
 * features against the decision boundary, and both against straight mixtures of the class means and against theory.
 *
 * Statistics after Fisher, Meng, Papyan, "Pushing Boundaries: Mixup's Influence on Neural Collapse", ICLR 2024, arXiv 2402.06171, which shows them in pictures.
 *
 * @throws {RangeError} for shapes that do not fit, elements that are not finite, classes that the classifier does not have, a class without rows of λ = 1 where `classMeans` is left out
 */
export function channelSummary({ features, lambda, classA, classB, classifier, classMeans, origin, optimum }: ChannelSummaryInput): ChannelRow[] {
  const name = 'channelSummary';
  const weights = readClassifier(name, classifier);
  const { rows: classes, columns } = weights;
  const matrix = readMatrix(name, 'features', features);
  checkSize(name, 'features', matrix, null, columns);
  const [a, b] = [readLabels(name, classA, matrix.rows, classes, 'classA'), readLabels(name, classB, matrix.rows, classes, 'classB')];
  const weightsOfA = readVector(name, 'lambda', lambda, matrix.rows);
  const centre = origin === undefined ? new Float64Array(columns) : readVector(name, 'origin', origin, columns);
  const groups = groupRows(shifted(matrix, centre), weightsOfA, a, b);
  const given = classMeans === undefined ? null : readMatrix(name, 'classMeans', classMeans);
  if (given) checkSize(name, 'classMeans', given, classes, columns);
  const means = given ? shifted(given, centre) : unmixedMeans(groups, classes, columns);
  const missing = [...a, ...b].find((label) => Number.isNaN(means.values[label * columns]));
  if (missing !== undefined) throw new RangeError(`channelSummary: features must have rows of λ = 1 of class ${missing}, or classMeans be given`);
  return groups.map((group) => rowOf(group, weights, means, optimum));
}
