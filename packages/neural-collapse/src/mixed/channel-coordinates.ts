import type { ToHostInput } from '@mixwell/tensor';
import { checkSize, type Matrix, readClassifier, readLabels, readMatrix, readVector } from '../input/read.ts';
import { dot, rowNorm, shifted } from '../input/rows.ts';

export interface ChannelCoordinatesInput {
  /** `[rows, features]` */
  readonly features: ToHostInput;
  /** Of each row, `[rows]`. */
  readonly classA: ToHostInput;
  readonly classB: ToHostInput;
  /** W `[classes, features]`, or centred class means where there is no classifier. */
  readonly classifier: ToHostInput;
  /** Subtracted from the features, `[features]`. Default: nothing. */
  readonly origin?: ToHostInput;
}

/** Where features lie relative to the decision boundary of two classes. NaN where classA = classB, or a direction does not exist (opposite or equal rows of the classifier). */
export interface ChannelCoordinates {
  /** Component on (w_A + w_B) / |w_A + w_B|, `[rows]`. */
  readonly along: Float64Array;
  /** Component on (w_A − w_B) / |w_A − w_B|, towards class A, `[rows]`. */
  readonly across: Float64Array;
  /** Length of what is left without both directions, over that of the feature, `[rows]`. */
  readonly offPlane: Float64Array;
}

/** Components of one feature. The two directions are orthogonal where the rows have one length; what is left is measured against the plane they span. */
export function coordinatesOf(feature: Float64Array, weights: Matrix, a: number, b: number): readonly [along: number, across: number, offPlane: number] {
  const d = weights.columns;
  const row = (k: number): Float64Array => Float64Array.from(weights.values.subarray(k * d, (k + 1) * d));
  const [first, second] = [row(a), row(b)];
  const unit = (vector: Float64Array): Float64Array => {
    const length = rowNorm(vector, 0, d);
    return vector.map((value) => (length <= 1e-12 * rowNorm(first, 0, d) ? NaN : value / length));
  };
  const u = unit(first.map((value, c) => value + second[c]!));
  const v = unit(first.map((value, c) => value - second[c]!));
  const [along, across] = [dot(feature, 0, u, 0, d), dot(feature, 0, v, 0, d)];
  const rest = v.map((value, c) => value - dot(u, 0, v, 0, d) * u[c]!);
  const restLength = rowNorm(rest, 0, d);
  const onRest = dot(feature, 0, rest, 0, d) / restLength;
  const left = feature.map((value, c) => value - along * u[c]! - (onRest * rest[c]!) / restLength);
  return [along, across, rowNorm(left, 0, d) / rowNorm(feature, 0, d)];
}

/**
 * Components of features along and across the decision boundary of the two classes of each.
 *
 * @throws {RangeError} for shapes that do not fit, elements that are not finite, classes that the classifier does not have
 */
export function channelCoordinates({ features, classA, classB, classifier, origin }: ChannelCoordinatesInput): ChannelCoordinates {
  const name = 'channelCoordinates';
  const weights = readClassifier(name, classifier);
  const { rows: classes, columns } = weights;
  const matrix = readMatrix(name, 'features', features);
  checkSize(name, 'features', matrix, null, columns);
  const [a, b] = [readLabels(name, classA, matrix.rows, classes, 'classA'), readLabels(name, classB, matrix.rows, classes, 'classB')];
  const { values } = shifted(matrix, origin === undefined ? new Float64Array(columns) : readVector(name, 'origin', origin, columns));
  const coordinates = Array.from({ length: matrix.rows }, (_, n) => (a[n] === b[n] ? ([NaN, NaN, NaN] as const) : coordinatesOf(values.subarray(n * columns, (n + 1) * columns), weights, a[n]!, b[n]!)));
  return {
    along: Float64Array.from(coordinates, ([along]) => along),
    across: Float64Array.from(coordinates, ([, across]) => across),
    offPlane: Float64Array.from(coordinates, ([, , offPlane]) => offPlane),
  };
}
