export interface LogisticFit {
  /** One per column. */
  readonly coefficients: readonly number[];
  readonly intercept: number;
  /** Mean NLL. */
  readonly nll: number;
  /** Whether the gradient (of standardised columns) is below 1e-11. */
  readonly converged: boolean;
}

const [tolerance, mostIterations] = [1e-11, 200];
/** NLLs that differ by less are equal. */
const rounding = 1e-15;

/** log(1 + exp(x)) */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Columns with mean 0 (where there is an intercept to take it) and deviation 1. */
function standardise(columns: readonly Float64Array[], centre: boolean) {
  return columns.map((column) => {
    const n = column.length;
    const mean = centre ? column.reduce((sum, x) => sum + x, 0) / n : 0;
    const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
    const varies = deviation > 1e-12 * Math.abs(mean);
    const scale = varies ? deviation : 1;
    return { mean, scale, values: column.map((x) => (varies ? (x - mean) / scale : 0)) };
  });
}

/** Solves h d = −g for a symmetric positive semidefinite h, a trifle added to its diagonal. */
function newtonStep(h: number[][], g: readonly number[]): number[] {
  const rows = h.map((row, i) => [...row.map((x, j) => (i === j ? x * (1 + 1e-14) + 1e-300 : x)), -g[i]!]);
  for (let k = 0; k < rows.length; k++) {
    for (let i = 0; i < rows.length; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= rows.length; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

/** Σ w_j · feature_j of every sample. */
function combine(features: readonly Float64Array[], w: readonly number[], n: number): Float64Array {
  const u = new Float64Array(n);
  features.forEach((x, j) => { for (let i = 0; i < n; i++) u[i]! += w[j]! * x[i]!; });
  return u;
}

function meanNll(u: Float64Array, targets: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < u.length; i++) sum += softplus(u[i]!) - targets[i]! * u[i]!;
  return sum / u.length;
}

/** Of the mean NLL, by the weights. */
function derivatives(features: readonly Float64Array[], u: Float64Array, targets: ArrayLike<number>): { readonly gradient: number[]; readonly hessian: number[][] } {
  const n = u.length;
  const gradient = features.map(() => 0);
  const hessian = features.map(() => features.map(() => 0));
  for (let i = 0; i < n; i++) {
    const p = 1 / (1 + Math.exp(-u[i]!));
    const v = p / (1 + Math.exp(u[i]!)) / n; // p (1 − p)
    for (let j = 0; j < features.length; j++) {
      const x = features[j]![i]!;
      gradient[j]! += ((p - targets[i]!) * x) / n;
      for (let k = 0; k < features.length; k++) hessian[j]![k]! += v * x * features[k]![i]!;
    }
  }
  return { gradient, hessian };
}

/** The first of step, step / 2, step / 4 … that `accept` takes. */
function halve<T>(step: readonly number[], accept: (step: readonly number[]) => T | null): T | null {
  for (let share = 1; share > 1e-9; share /= 2) {
    const accepted = accept(step.map((x) => share * x));
    if (accepted) return accepted;
  }
  return null;
}

interface Solution {
  readonly w: readonly number[];
  readonly nll: number;
  readonly converged: boolean;
}

/** Newton's method from 0, with steps halved until the NLL does not grow. */
function minimiseNll(features: readonly Float64Array[], targets: ArrayLike<number>): Solution {
  const n = targets.length;
  let w: readonly number[] = features.map(() => 0);
  let u = combine(features, w, n);
  let nll = meanNll(u, targets);
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const { gradient, hessian } = derivatives(features, u, targets);
    if (gradient.every((g) => Math.abs(g) < tolerance)) return { w, nll, converged: true };
    const step = newtonStep(hessian, gradient);
    const better = halve(step, (moved) => {
      const next = w.map((x, j) => x + moved[j]!);
      const nextU = combine(features, next, n);
      const nextNll = meanNll(nextU, targets);
      return nextNll <= nll + rounding ? { next, nextU, nextNll } : null;
    });
    if (!better) return { w, nll, converged: false };
    [w, u, nll] = [better.next, better.nextU, better.nextNll];
  }
  return { w, nll, converged: false };
}

/**
 * The coefficients of σ(Σ coefficient · column + intercept) that minimise the mean cross entropy with the targets.
 *
 * @param columns each `[n]`
 * @param targets `[n]` in [0, 1]
 */
export function fitLogistic(columns: readonly Float64Array[], targets: ArrayLike<number>, withIntercept: boolean): LogisticFit {
  const standard = standardise(columns, withIntercept);
  const features = [...standard.map(({ values }) => values), ...(withIntercept ? [new Float64Array(targets.length).fill(1)] : [])];
  const { w, nll, converged } = minimiseNll(features, targets);
  const coefficients = standard.map(({ scale }, j) => w[j]! / scale);
  const intercept = withIntercept ? w.at(-1)! - standard.reduce((sum, { mean }, j) => sum + coefficients[j]! * mean, 0) : 0;
  return { coefficients, intercept, nll, converged };
}
