import { hostTensor, type HostTensor, type ToHostInput } from '@mixwell/tensor';
import { Matrix as Dense, SingularValueDecomposition } from 'ml-matrix';
import { checkClass } from '../input/check.ts';
import { checkSize, type Matrix, readClassifier, readMatrix } from '../input/read.ts';
import { combineRows, dot, meanRow, rowNorm, rowProducts, shifted, takeRows } from '../input/rows.ts';

export interface ProjectionInput {
  /** `[rows, features]`, of any classes. */
  readonly features: ToHostInput;
  /** W `[classes, features]`, or class means where there is no classifier. */
  readonly classifier: ToHostInput;
  /** Three different classes: they come to lie above, on the left and on the right. */
  readonly classes: readonly [number, number, number];
  /**
   * How features come into the plane. 'classifier', the paper's way: products with the three directions, drawn in the plane of the triangle; it shears where directions are no
   * ETF. 'orthogonal': the plane that the directions span, turned so that they come closest to the triangle. Default 'classifier'.
   */
  readonly method?: 'classifier' | 'orthogonal';
  /** 'mean' subtracts the mean of the features. Default 'none'. */
  readonly centre?: 'none' | 'mean';
}

export interface Projection {
  /** `[rows, 2]` */
  readonly coordinates: HostTensor<'float64'>;
  /** Where the directions of the three classes come to lie: rows of the classifier less their mean, of length 1. `[3, 2]` */
  readonly classCoordinates: HostTensor<'float64'>;
}

/** Columns: corners of an equilateral triangle at 90°, 210° and 330°; its rows are orthonormal. */
const triangle = [Math.cos, Math.sin].map((f) => [90, 210, 330].map((degrees) => Math.sqrt(2 / 3) * f((degrees * Math.PI) / 180)));

/** The rows of three classes less their mean, each of length 1: V `[3, features]`. */
function directionsOf(weights: Matrix, classes: readonly number[]): Matrix {
  const rows = takeRows(weights, classes);
  const { columns, values } = shifted(rows, meanRow(rows));
  const scale = rowNorm(weights.values, 0, weights.values.length);
  const lengths = classes.map((_, k) => rowNorm(values, k, columns));
  const zero = lengths.findIndex((length) => length <= 1e-12 * scale);
  if (zero !== -1) throw new RangeError(`projectThreeClasses: classifier: row ${classes[zero]} must not be the mean of the rows of the three classes`);
  return { rows: 3, columns, values: values.map((value, at) => value / lengths[Math.floor(at / columns)]!) };
}

/** A V: the triangle's plane of the products with the directions, `[2, features]`. */
const throughTriangle = (directions: Matrix): Float64Array => Float64Array.from(triangle.flatMap((axis) => [...combineRows(axis, directions)]));

/** An orthonormal basis of the plane of the directions, turned (or reflected) so that they come closest to the triangle, `[2, features]`. */
function turnedPlane(directions: Matrix): Float64Array {
  const { columns, values } = directions;
  const { diagonal, rightSingularVectors } = new SingularValueDecomposition(Dense.from1DArray(3, columns, values), { autoTranspose: true });
  const [first, second] = diagonal.map((_, r) => r).toSorted((a, b) => diagonal[b]! - diagonal[a]!) as [number, number];
  if (!(diagonal[second]! > 1e-12 * diagonal[first]!)) throw new RangeError('projectThreeClasses: classifier: the rows of the three classes must not lie on one line');
  const axes = [first, second].map((r) => rightSingularVectors.getColumn(r));
  const plane: Matrix = { rows: 2, columns, values: Float64Array.from(axes.flat()) };
  // orthogonal Procrustes: R = X Yᵀ of the singular vectors of (V Q)ᵀ Aᵀ
  const { leftSingularVectors: x, rightSingularVectors: y } = new SingularValueDecomposition(Dense.from1DArray(2, 3, rowProducts(plane, directions)).mmul(new Dense(triangle).transpose()));
  const turn = x.mmul(y.transpose());
  return Float64Array.from([0, 1].flatMap((axis) => [...combineRows([turn.get(0, axis), turn.get(1, axis)], plane)]));
}

/**
 * A view of features in the plane of three classes. Same-class features of a network trained with mixup lie on the directions of their classes, those of two classes in channels along
 * the decision boundary between them.
 *
 * Fisher, Meng, Papyan, ICLR 2024, arXiv 2402.06171, figures of the last layer; the orthogonal variant is ours.
 *
 * @throws {RangeError} for classes that are not three different ones of the classifier, directions that are zero or (method 'orthogonal') on one line, shapes that do not fit
 */
export function projectThreeClasses({ features, classifier, classes, method = 'classifier', centre = 'none' }: ProjectionInput): Projection {
  const name = 'projectThreeClasses';
  const weights = readClassifier(name, classifier);
  if (classes.length !== 3 || new Set(classes).size !== 3) throw new RangeError(`${name}: classes must be three different classes, got [${classes.join(', ')}]`);
  classes.forEach((label, k) => checkClass(name, `classes[${k}]`, label, weights.rows));
  const matrix = readMatrix(name, 'features', features);
  checkSize(name, 'features', matrix, null, weights.columns);
  const directions = directionsOf(weights, classes);
  const axes = method === 'classifier' ? throughTriangle(directions) : turnedPlane(directions);
  const project = ({ rows, columns, values }: Matrix): HostTensor<'float64'> =>
    hostTensor('float64', [rows, 2], Float64Array.from({ length: 2 * rows }, (_, at) => dot(axes, at % 2, values, Math.floor(at / 2), columns)));
  return { coordinates: project(centre === 'mean' ? shifted(matrix, meanRow(matrix)) : matrix), classCoordinates: project(directions) };
}
