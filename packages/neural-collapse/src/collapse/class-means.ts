import type { ToHostInput } from '@mixwell/tensor';
import { checkWhole } from '../input/check.ts';
import { addTo, createSums, type Sums, sumAt } from '../input/compensated.ts';
import { checkSize, readLabels, readMatrix } from '../input/read.ts';

export interface ClassMeansOptions {
  /** C, at least 2. */
  readonly numClasses: number;
  /** d, at least 1. */
  readonly featureDim: number;
}

/** What the first pass has seen. Its size depends on classes and features, not on samples; plain data that can be cloned and sent to a worker. */
export interface ClassMeans extends ClassMeansOptions {
  /** `[classes]` */
  readonly counts: Float64Array;
  /** Sums of features, `[classes, features]`. */
  readonly sums: Sums;
}

/**
 * First of two passes over features that do not fit into memory together: start with this, {@link addToClassMeans} each batch, then {@link collapseScatter}.
 *
 * @throws {RangeError} for fewer than 2 classes, no features
 */
export function classMeans({ numClasses, featureDim }: ClassMeansOptions): ClassMeans {
  checkWhole('classMeans', 'numClasses', numClasses, 2);
  checkWhole('classMeans', 'featureDim', featureDim);
  return { numClasses, featureDim, counts: new Float64Array(numClasses), sums: createSums(numClasses * featureDim) };
}

/**
 * Adds a batch, in place. How samples are cut into batches makes no difference, bit for bit; sums are compensated.
 *
 * @param features `[batch, features]`; further axes are flattened
 * @param labels `[batch]` classes
 * @throws {RangeError} naming the first bad row; the means are as they were before
 */
export function addToClassMeans(means: ClassMeans, features: ToHostInput, labels: ToHostInput): void {
  const { numClasses, featureDim, counts, sums } = means;
  const matrix = readMatrix('addToClassMeans', 'features', features);
  checkSize('addToClassMeans', 'features', matrix, null, featureDim);
  const classes = readLabels('addToClassMeans', labels, matrix.rows, numClasses);
  for (const [n, label] of classes.entries()) {
    counts[label]! += 1;
    for (let c = 0; c < featureDim; c++) addTo(sums, label * featureDim + c, matrix.values[n * featureDim + c]!);
  }
}

/** Mean of a class, `[features]`; NaN without samples. */
export function meanOfClass({ featureDim, counts, sums }: ClassMeans, label: number): Float64Array {
  return Float64Array.from({ length: featureDim }, (_, c) => sumAt(sums, label * featureDim + c) / counts[label]!);
}
