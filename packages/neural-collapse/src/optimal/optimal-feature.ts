import type { ToHostInput } from '@mixwell/tensor';
import { Matrix as Dense, solve } from 'ml-matrix';
import { checkPositive } from '../input/check.ts';
import { type Matrix, readClassifier, readVector } from '../input/read.ts';
import { combineRows, dot, rowProducts } from '../input/rows.ts';
import { checkTarget } from './mixed-target.ts';
import { crossEntropyLoss, softmaxOf, type TargetLoss } from './target-loss.ts';

export interface OptimalFeatureInput {
  /** W `[classes, features]`: any, not only an ETF. */
  readonly classifier: ToHostInput;
  /** b `[classes]`. Default 0. */
  readonly bias?: ToHostInput;
  /** y `[classes]`: ≥ 0, sums to 1. */
  readonly target: ToHostInput;
  /** μ of the penalty (μ / 2) ‖h‖², > 0. */
  readonly mu: number;
  /** Default `crossEntropyLoss`. */
  readonly loss?: TargetLoss;
}

export interface OptimalFeature {
  /** h* `[features]` */
  readonly feature: Float64Array;
  /** W h* + b `[classes]` */
  readonly logits: Float64Array;
  /** softmax of the logits `[classes]` */
  readonly probs: Float64Array;
}

/** The problem in a with h = Wᵀ a: as many unknowns as classes, however wide the features. */
interface Problem {
  readonly weights: Matrix;
  /** W Wᵀ */
  readonly products: Dense;
  readonly bias: Float64Array;
  readonly target: Float64Array;
  readonly mu: number;
  readonly loss: TargetLoss;
}

const MAX_STEPS = 500;

const product = (a: Float64Array, b: Float64Array): number => dot(a, 0, b, 0, a.length);
const logitsOf = ({ weights, bias }: Problem, feature: Float64Array): Float64Array => bias.map((offset, k) => offset + dot(weights.values, k, feature, 0, weights.columns));
const objective = (problem: Problem, feature: Float64Array): number => problem.loss.value(logitsOf(problem, feature), problem.target) + (problem.mu / 2) * product(feature, feature);

/** The Newton step of h is Wᵀ of what solves (H W Wᵀ + μ I) x = −(∇ + μ a); the matrix has eigenvalues ≥ μ. With the slope of the objective along it. */
function newtonStep({ weights, products, target, mu, loss }: Problem, a: Float64Array, logits: Float64Array): { readonly step: Float64Array; readonly slope: number } {
  const { rows: classes } = weights;
  const residual = loss.gradient(logits, target).map((value, k) => value + mu * a[k]!);
  const matrix = Dense.from1DArray(classes, classes, loss.hessian(logits, target)).mmul(products).add(Dense.eye(classes, classes, mu));
  const step = Float64Array.from(solve(matrix, Dense.columnVector(residual.map((value) => -value))).to1DArray());
  return { step, slope: product(combineRows(step, weights), combineRows(residual, weights)) };
}

function minimise(problem: Problem): Float64Array {
  const { weights } = problem;
  let a: Float64Array = new Float64Array(weights.rows);
  let feature: Float64Array = new Float64Array(weights.columns);
  let last = Infinity;
  for (let count = 0; count < MAX_STEPS; count++) {
    const { step, slope } = newtonStep(problem, a, logitsOf(problem, feature));
    const direction = combineRows(step, weights);
    const before = objective(problem, feature);
    // below this the objective is all rounding error, and a full step is right
    const noise = 1e-14 * (1 + Math.abs(before));
    const moved = (size: number): Float64Array => feature.map((value, c) => value + size * direction[c]!);
    let size = 1;
    while (size > 1e-12 && objective(problem, moved(size)) > before + 1e-4 * size * slope + noise) size /= 2;
    a = a.map((value, k) => value + size * step[k]!);
    feature = combineRows(a, weights);
    // steps of Newton's method square their length, until they are all rounding error and shrink no more
    const change = Math.sqrt(product(direction, direction) / Math.max(1e-30, product(feature, feature)));
    if (size === 1 && (change <= 1e-15 || Math.abs(slope) <= 1e-30 || (change <= 1e-7 && change >= last / 2))) return feature;
    last = change;
  }
  throw new Error(`optimalFeature: no minimum found in ${MAX_STEPS} steps; the loss must be convex`);
}

/**
 * The feature that minimises loss(W h + b, y) + (μ / 2) ‖h‖² for any linear classifier: damped Newton steps. There is exactly one.
 *
 * With `crossEntropyLoss` and mixed labels the optimum of mixup, with `squaredErrorLoss` that of mixup with mean squared error. For a simplex ETF without bias
 * {@link optimalMixedFeature} is quicker. Fisher, Meng, Papyan, ICLR 2024, arXiv 2402.06171 (unconstrained features).
 *
 * @throws {RangeError} for a classifier with fewer than two rows or a row of zeros, a bias or target that does not fit, mu ≤ 0
 * @throws {Error} where a loss of one's own has no minimum that Newton's method finds
 */
export function optimalFeature({ classifier, bias, target, mu, loss = crossEntropyLoss }: OptimalFeatureInput): OptimalFeature {
  const weights: Matrix = readClassifier('optimalFeature', classifier);
  const y = readVector('optimalFeature', 'target', target, weights.rows);
  checkTarget('optimalFeature', y);
  checkPositive('optimalFeature', 'mu', mu);
  const offsets = bias === undefined ? new Float64Array(weights.rows) : readVector('optimalFeature', 'bias', bias, weights.rows);
  const products = Dense.from1DArray(weights.rows, weights.rows, rowProducts(weights, weights));
  const problem: Problem = { weights, products, bias: offsets, target: y, mu, loss };
  const feature = minimise(problem);
  const logits = logitsOf(problem, feature);
  return { feature, logits, probs: softmaxOf(logits) };
}
