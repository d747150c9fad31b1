import type { ToHostInput } from '@mixwell/tensor';
import { checkPositive } from '../input/check.ts';
import { addTo, createSums, type Sums } from '../input/compensated.ts';
import { checkSize, type Matrix, readClassifier, readLabels, readMatrix, readVector } from '../input/read.ts';
import { dot, meanRow, rowNorm, shifted, squaredDistance, takeRows } from '../input/rows.ts';
import { type ClassMeans, meanOfClass } from './class-means.ts';
import { whitening } from './whitening.ts';

export interface CollapseOptions {
  /** W `[classes, features]`: with it NC2 of the classifier, NC3 and NC4. */
  readonly classifier?: ToHostInput;
  /** b `[classes]`: NC4 decides by W h + b, and `biasCollapse` is computed. Default: W h alone, as the reference does. */
  readonly bias?: ToHostInput;
  /** Mean of the class means, or of all samples. Default 'classes'. */
  readonly globalMean?: 'classes' | 'samples';
  /** Whether NC2 and NC3 see the classifier less the mean of its rows. Default false. */
  readonly centreClassifier?: boolean;
  /** By what trace(S_W S_B⁺) is divided, > 0. Default C. */
  readonly nc1Divisor?: number;
  /** Leaves classes without samples out, of the classifier too. Default: they are an error. */
  readonly skipEmpty?: boolean;
}

/** What the second pass knows of the first, and what it has seen. Of K classes that have samples. */
export interface CollapseScatter {
  /** Their labels, `[K]`. */
  readonly classes: Int32Array;
  /** Samples of the first pass, `[K]`. */
  readonly counts: Float64Array;
  /** `[K, features]` */
  readonly means: Matrix;
  /** `[features]` */
  readonly globalMean: Float64Array;
  /** Means less the global mean, `[K, features]`. */
  readonly centred: Matrix;
  /** `[rank, features]` */
  readonly whitening: Matrix;
  /** `[K, features]` */
  readonly classifier: Matrix | null;
  /** `[K]` */
  readonly bias: Float64Array | null;
  readonly centreClassifier: boolean;
  readonly nc1Divisor: number;
  /** Samples of the second pass, `[K]`. */
  readonly seen: Float64Array;
  /** Σ ‖h − μ_k‖², `[K]`. */
  readonly squares: Sums;
  /** Σ of squares of what the whitening makes of h − μ_y, `[1]`. */
  readonly whitened: Sums;
  /** Samples for which the classifier says what the nearest class mean says, `[1]`. */
  readonly agreements: Float64Array;
}

function keptClasses({ counts }: ClassMeans, skipEmpty: boolean): Int32Array {
  const empty = counts.indexOf(0);
  if (empty !== -1 && !skipEmpty) throw new RangeError(`collapseScatter: means: class ${empty} has no samples (skipEmpty leaves such classes out)`);
  const classes = Int32Array.from(counts.keys()).filter((label) => counts[label]! > 0);
  if (classes.length < 2) throw new RangeError(`collapseScatter: means must have samples of at least 2 classes, got ${classes.length}`);
  return classes;
}

function globalMeanOf(means: Matrix, counts: Float64Array, kind: 'classes' | 'samples'): Float64Array {
  if (kind === 'classes') return meanRow(means);
  const n = counts.reduce((sum, count) => sum + count, 0);
  return Float64Array.from({ length: means.columns }, (_, c) => counts.reduce((sum, count, k) => sum + (count / n) * means.values[k * means.columns + c]!, 0));
}

function headOf(stream: ClassMeans, classes: Int32Array, { classifier, bias }: CollapseOptions): Pick<CollapseScatter, 'classifier' | 'bias'> {
  const { numClasses, featureDim } = stream;
  if (classifier === undefined) {
    if (bias !== undefined) throw new TypeError('collapseScatter: bias needs the classifier');
    return { classifier: null, bias: null };
  }
  const weights = readClassifier('collapseScatter', classifier);
  checkSize('collapseScatter', 'classifier', weights, numClasses, featureDim);
  const offsets = bias === undefined ? null : readVector('collapseScatter', 'bias', bias, numClasses);
  return { classifier: takeRows(weights, classes), bias: offsets && Float64Array.from(classes, (label) => offsets[label]!) };
}

/**
 * Second of two passes, over the same samples: start with this, {@link addToScatter} each batch, read {@link collapseMetrics}.
 *
 * @throws {RangeError} for a class without samples (unless skipped), fewer than two classes, a classifier or bias that does not fit, a row of zeros, nc1Divisor ≤ 0
 * @throws {TypeError} for a bias without a classifier
 */
export function collapseScatter(stream: ClassMeans, options: CollapseOptions = {}): CollapseScatter {
  const classes = keptClasses(stream, options.skipEmpty ?? false);
  const { globalMean: kind = 'classes', centreClassifier = false, nc1Divisor = classes.length } = options;
  checkPositive('collapseScatter', 'nc1Divisor', nc1Divisor);
  const means = new Float64Array(classes.length * stream.featureDim);
  classes.forEach((label, k) => means.set(meanOfClass(stream, label), k * stream.featureDim));
  const matrix = { rows: classes.length, columns: stream.featureDim, values: means };
  const counts = Float64Array.from(classes, (label) => stream.counts[label]!);
  const globalMean = globalMeanOf(matrix, counts, kind);
  const centred = shifted(matrix, globalMean);
  return {
    classes, counts, means: matrix, globalMean, centred, whitening: whitening(centred, rowNorm(means, 0, means.length)), ...headOf(stream, classes, options), centreClassifier, nc1Divisor,
    seen: new Float64Array(classes.length), squares: createSums(classes.length), whitened: createSums(1), agreements: new Float64Array(1),
  };
}

/** Position of the largest of `count` values; the first wins a tie. */
function firstLargest(count: number, value: (k: number) => number): number {
  let best = 0;
  let largest = -Infinity;
  for (let k = 0; k < count; k++) {
    const current = value(k);
    if (current > largest) [best, largest] = [k, current];
  }
  return best;
}

/**
 * Adds a batch, in place. How samples are cut into batches makes no difference, bit for bit.
 *
 * @param features `[batch, features]`; further axes are flattened
 * @param labels `[batch]` classes
 * @throws {RangeError} naming the first bad row, or one of a class that the first pass has not seen; the scatter is as it was before
 */
export function addToScatter(scatter: CollapseScatter, features: ToHostInput, labels: ToHostInput): void {
  const { classes, means, whitening: white, classifier, bias, seen, squares, whitened, agreements } = scatter;
  const { columns: d, rows: count } = means;
  const matrix = readMatrix('addToScatter', 'features', features);
  checkSize('addToScatter', 'features', matrix, null, d);
  const positions = readLabels('addToScatter', labels, matrix.rows, classes.at(-1)! + 1).map((label) => classes.indexOf(label));
  if (positions.includes(-1)) throw new RangeError(`addToScatter: labels: row ${positions.indexOf(-1)} must be of a class that the first pass has seen`);
  const sample = new Float64Array(d);
  const deviation = new Float64Array(d);
  for (const [n, k] of positions.entries()) {
    sample.set(matrix.values.subarray(n * d, (n + 1) * d));
    for (let c = 0; c < d; c++) deviation[c] = sample[c]! - means.values[k * d + c]!;
    seen[k]! += 1;
    addTo(squares, k, dot(deviation, 0, deviation, 0, d));
    let square = 0;
    for (let r = 0; r < white.rows; r++) square += dot(white.values, r, deviation, 0, d) ** 2;
    addTo(whitened, 0, square);
    if (!classifier) continue;
    const decided = firstLargest(count, (j) => dot(classifier.values, j, sample, 0, d) + (bias?.[j] ?? 0));
    const nearest = firstLargest(count, (j) => -squaredDistance(means.values, j, sample, 0, d));
    if (decided === nearest) agreements[0]! += 1;
  }
}
