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
  readonly classes: number;
  /** W Wᵀ */
  readonly products: Float64Array;
  readonly bias: Float64Array;
  readonly target: Float64Array;
  readonly mu: number;
  readonly loss: TargetLoss;
}

const MAX_STEPS = 500;

/** W Wᵀ a */
const through = ({ products, classes }: Problem, a: Float64Array): Float64Array => a.map((_, i) => dot(products, i, a, 0, classes));
const logitsOf = (problem: Problem, a: Float64Array): Float64Array => through(problem, a).map((value, k) => value + problem.bias[k]!);
const objective = (problem: Problem, a: Float64Array): number =>
  problem.loss.value(logitsOf(problem, a), problem.target) + (problem.mu / 2) * dot(a, 0, through(problem, a), 0, a.length);

/** The Newton step of h, Wᵀ of what solves (H W Wᵀ + μ I) x = −(∇ + μ a); the matrix has eigenvalues ≥ μ. */
function newtonStep(problem: Problem, a: Float64Array): { readonly step: Float64Array; readonly slope: number } {
  const { classes, products, target, mu, loss } = problem;
  const logits = logitsOf(problem, a);
  const residual = loss.gradient(logits, target).map((value, k) => value + mu * a[k]!);
  const hessian = Dense.from1DArray(classes, classes, loss.hessian(logits, target));
  const matrix = hessian.mmul(Dense.from1DArray(classes, classes, products)).add(Dense.eye(classes, classes, mu));
  const step = Float64Array.from(solve(matrix, Dense.columnVector(residual.map((value) => -value))).to1DArray());
  return { step, slope: dot(through(problem, step), 0, residual, 0, classes) };
}

function minimise(problem: Problem): Float64Array {
  let a: Float64Array = new Float64Array(problem.classes);
  for (let count = 0; count < MAX_STEPS; count++) {
    const { step, slope } = newtonStep(problem, a);
    const before = objective(problem, a);
    // below this the objective is all rounding error, and a full step is right
    const noise = 1e-14 * (1 + Math.abs(before));
    const moved = (size: number): Float64Array => a.map((value, k) => value + size * step[k]!);
    let size = 1;
    while (size > 1e-12 && objective(problem, moved(size)) > before + 1e-4 * size * slope + noise) size /= 2;
    a = moved(size);
    const [change, length] = [step, a].map((vector) => Math.sqrt(Math.max(0, dot(through(problem, vector), 0, vector, 0, vector.length)))) as [number, number];
    if (size === 1 && change <= 1e-13 * length + 1e-300) return a;
    if (size === 1 && Math.abs(slope) <= 1e-28) return a;
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
  const problem: Problem = { classes: weights.rows, products: rowProducts(weights, weights), bias: offsets, target: y, mu, loss };
  const a = minimise(problem);
  const logits = logitsOf(problem, a);
  return { feature: combineRows(a, weights), logits, probs: softmaxOf(logits) };
}
