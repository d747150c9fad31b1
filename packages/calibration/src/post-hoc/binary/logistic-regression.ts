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

/** log(1 + exp(x)) */
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Columns with mean 0 (where there is an intercept to take it) and deviation 1. */
function standardise(columns: readonly Float64Array[], centre: boolean) {
  return columns.map((column) => {
    const n = column.length;
    const mean = centre ? column.reduce((sum, x) => sum + x, 0) / n : 0;
    const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / n);
    const scale = deviation > 1e-12 * Math.abs(mean) ? deviation : 1;
    return { mean, scale, values: column.map((x) => (deviation > 1e-12 * Math.abs(mean) ? (x - mean) / scale : 0)) };
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

/**
 * The coefficients of σ(Σ coefficient · column + intercept) that minimise the mean cross entropy with the targets, by Newton's method with halved steps.
 *
 * @param columns each `[n]`
 * @param targets `[n]` in [0, 1]
 */
export function fitLogistic(columns: readonly Float64Array[], targets: ArrayLike<number>, withIntercept: boolean): LogisticFit {
  const n = targets.length;
  const standard = standardise(columns, withIntercept);
  const features = [...standard.map(({ values }) => values), ...(withIntercept ? [new Float64Array(n).fill(1)] : [])];
  const size = features.length;
  const nllAt = (w: readonly number[]): number => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const u = features.reduce((total, x, j) => total + w[j]! * x[i]!, 0);
      sum += softplus(u) - targets[i]! * u;
    }
    return sum / n;
  };
  let w: number[] = new Array<number>(size).fill(0);
  let nll = nllAt(w);
  let converged = false;
  for (let iteration = 0; iteration < mostIterations; iteration++) {
    const g = new Array<number>(size).fill(0);
    const h = g.map(() => new Array<number>(size).fill(0));
    for (let i = 0; i < n; i++) {
      const u = features.reduce((total, x, j) => total + w[j]! * x[i]!, 0);
      const p = 1 / (1 + Math.exp(-u));
      const v = p / (1 + Math.exp(u)); // p (1 − p)
      for (let j = 0; j < size; j++) {
        g[j]! += ((p - targets[i]!) * features[j]![i]!) / n;
        for (let k = 0; k < size; k++) h[j]![k]! += (v * features[j]![i]! * features[k]![i]!) / n;
      }
    }
    converged = Math.max(...g.map(Math.abs), 0) < tolerance;
    if (converged) break;
    const d = newtonStep(h, g);
    let share = 1;
    let next = nll;
    do {
      next = nllAt(w.map((x, j) => x + share * d[j]!));
      share /= 2;
    } while (!(next <= nll + 1e-15) && share > 1e-9);
    if (share <= 1e-9) break;
    w = w.map((x, j) => x + 2 * share * d[j]!);
    nll = next;
  }
  const coefficients = standard.map(({ scale }, j) => w[j]! / scale);
  const intercept = withIntercept ? w[size - 1]! - standard.reduce((sum, { mean }, j) => sum + coefficients[j]! * mean, 0) : 0;
  return { coefficients, intercept, nll, converged };
}
