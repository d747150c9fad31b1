import { hostTensor, type HostTensor, toHost, type ToHostInput } from '@mixwell/tensor';
import { sumAt } from '../input/compensated.ts';
import { type Matrix, readMatrix } from '../input/read.ts';
import { dot, meanRow, rowNorm, rowProducts, shifted, squaredDistance } from '../input/rows.ts';
import { addToClassMeans, classMeans } from './class-means.ts';
import { etfError, type FrameGeometry, geometryOf } from './frame-geometry.ts';
import { addToScatter, type CollapseOptions, type CollapseScatter, collapseScatter } from './scatter.ts';

/** Variability within classes against that between them: 0 where features have collapsed to their class means. */
export interface Variability {
  /** trace(S_W S_B⁺) / C. NaN where all class means are equal. */
  readonly pinv: number;
  /** trace(S_W) / trace(S_B). NaN where all class means are equal. */
  readonly quotient: number;
  /** Class-distance normalised variance: mean over pairs of (v_k + v_l) / (2 ‖μ_k − μ_l‖²). Not finite where two class means are equal. */
  readonly cdnv: number;
}

/** NC1 to NC4 of the K classes that have samples. What needs the classifier is null without one. */
export interface CollapseMetrics {
  /** Samples. */
  readonly n: number;
  /** Labels of the classes, `[K]`. */
  readonly classes: Int32Array;
  /** `[K, features]` */
  readonly classMeans: HostTensor<'float64'>;
  /** `[features]` */
  readonly globalMean: Float64Array;
  /** Whether all class means are equal to rounding: NC1 is NaN then. */
  readonly degenerate: boolean;
  readonly nc1: Variability;
  /** How far centred class means, and the classifier, are from a simplex ETF. */
  readonly nc2: { readonly means: FrameGeometry; readonly classifier: FrameGeometry | null };
  /** How far the classifier is from the centred class means, up to scale: by all products W Mᵀ, and ‖W/‖W‖ − M/‖M‖‖². */
  readonly nc3: { readonly selfDuality: number; readonly frobenius: number } | null;
  /** Share of the samples for which the classifier says what the nearest class mean says: 1 after collapse. */
  readonly nc4: number | null;
  /** ‖W μ_G + b‖; null without a bias. */
  readonly biasCollapse: number | null;
}

function variability({ counts, means, centred, whitening, squares, whitened, nc1Divisor }: CollapseScatter, n: number): Variability {
  const { rows: classes, columns: d, values } = means;
  if (whitening.rows === 0) return { pinv: NaN, quotient: NaN, cdnv: NaN };
  let within = 0;
  let cdnv = 0;
  const variances = counts.map((count, k) => sumAt(squares, k) / count);
  for (let k = 0; k < classes; k++) {
    within += sumAt(squares, k) / n;
    for (let l = 0; l < k; l++) {
      cdnv += (variances[k]! + variances[l]!) / (2 * squaredDistance(values, k, values, l, d));
    }
  }
  const between = dot(centred.values, 0, centred.values, 0, centred.values.length) / classes;
  return { pinv: (classes * sumAt(whitened, 0)) / n / nc1Divisor, quotient: within / between, cdnv: (2 * cdnv) / (classes * (classes - 1)) };
}

function selfDuality(weights: Matrix, centred: Matrix): NonNullable<CollapseMetrics['nc3']> {
  const lengths = [weights, centred].map(({ values }) => rowNorm(values, 0, values.length)) as [number, number];
  let frobenius = 0;
  for (const [at, weight] of weights.values.entries()) frobenius += (weight / lengths[0] - centred.values[at]! / lengths[1]) ** 2;
  return { selfDuality: etfError(rowProducts(weights, centred), weights.rows), frobenius };
}

/**
 * NC1 to NC4 after the second pass.
 *
 * Papyan, Han, Donoho, PNAS 117(40), 2020. Quotient and ETF error: Zhu et al., arXiv 2105.02375; class-distance normalised variance: Galanti, György, Hutter, arXiv 2112.15121.
 * Float64 throughout, where the package neural_collapse of Python accumulates in float32.
 *
 * @throws {RangeError} where the second pass has not seen what the first has, naming the class
 */
export function collapseMetrics(scatter: CollapseScatter): CollapseMetrics {
  const { classes, counts, seen, means, centred, globalMean, classifier, bias, agreements, whitening, centreClassifier } = scatter;
  const other = seen.findIndex((count, k) => count !== counts[k]);
  if (other !== -1) throw new RangeError(`collapseMetrics: class ${classes[other]} had ${counts[other]} samples in the first pass, ${seen[other]} in the second`);
  const n = counts.reduce((sum, count) => sum + count, 0);
  const weights = classifier && centreClassifier ? shifted(classifier, meanRow(classifier)) : classifier;
  return {
    n,
    classes,
    classMeans: hostTensor('float64', [means.rows, means.columns], Float64Array.from(means.values)),
    globalMean,
    degenerate: whitening.rows === 0,
    nc1: variability(scatter, n),
    nc2: { means: geometryOf(centred), classifier: weights && geometryOf(weights) },
    nc3: weights && selfDuality(weights, centred),
    nc4: classifier && agreements[0]! / n,
    biasCollapse: classifier && bias && Math.hypot(...bias.map((offset, k) => dot(classifier.values, k, globalMean, 0, globalMean.length) + offset)),
  };
}

export interface NeuralCollapseInput extends CollapseOptions {
  /** `[samples, features]`; further axes are flattened. */
  readonly features: ToHostInput;
  /** `[samples]` classes. */
  readonly labels: ToHostInput;
  /** C, at least 2. */
  readonly numClasses: number;
}

/**
 * NC1 to NC4 of features that lie in memory. See {@link collapseMetrics}; for more than fits there, `classMeans` and `collapseScatter`.
 *
 * @throws {RangeError} as `classMeans` and `collapseScatter` and their additions do, naming argument and row
 */
export function neuralCollapse({ features, labels, numClasses, ...options }: NeuralCollapseInput): CollapseMetrics {
  const [host, classes] = [toHost(features), toHost(labels)];
  const means = classMeans({ numClasses, featureDim: readMatrix('neuralCollapse', 'features', host).columns });
  addToClassMeans(means, host, classes);
  const scatter = collapseScatter(means, options);
  addToScatter(scatter, host, classes);
  return collapseMetrics(scatter);
}
