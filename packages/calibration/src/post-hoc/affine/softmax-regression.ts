import type { Matrix } from '../../inputs/predictions.ts';
import type { ConvexProblem } from './newton.ts';

/** How outputs depend on inputs: `matrix` has weights `[classes, classes]`, `vector` one weight per class. Both have a bias `[classes]`. */
export type AffineForm = 'matrix' | 'vector';

/** Weights of Σ b² / classes and, for a matrix, of Σ_{i≠j} W_ij² / (classes (classes − 1)): off-diagonal and intercept regularisation. */
export interface Penalties {
  readonly lambda: number;
  readonly mu: number;
}

/** Lower triangle L with L Lᵀ = a, in place, of a symmetric positive definite a. */
function cholesky(a: Float64Array, size: number): void {
  for (let j = 0; j < size; j++) {
    for (let i = j; i < size; i++) {
      let sum = a[i * size + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * size + k]! * a[j * size + k]!;
      a[i * size + j] = i === j ? Math.sqrt(sum) : sum / a[j * size + j]!;
    }
  }
}

/** x = (L Lᵀ)⁻¹ x, in place. */
function solveCholesky(l: Float64Array, size: number, x: Float64Array): void {
  for (let i = 0; i < size; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= l[i * size + k]! * x[k]!;
    x[i] = sum / l[i * size + i]!;
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = x[i]!;
    for (let k = i + 1; k < size; k++) sum -= l[k * size + i]! * x[k]!;
    x[i] = sum / l[i * size + i]!;
  }
}

/** Cholesky factor of the second moments of (x, 1), with a little added so that dependent inputs do no harm. */
function momentFactor({ rows, columns, values }: Matrix): Float64Array {
  const size = columns + 1;
  const moments = new Float64Array(size * size);
  const x = new Float64Array(size).fill(1);
  for (let n = 0; n < rows; n++) {
    x.set(values.subarray(n * columns, (n + 1) * columns));
    for (let i = 0; i < size; i++) {
      const xi = x[i]! / rows;
      for (let j = 0; j <= i; j++) moments[i * size + j]! += xi * x[j]!;
    }
  }
  let trace = 0;
  for (let i = 0; i < size; i++) trace += moments[i * size + i]!;
  for (let i = 0; i < size; i++) moments[i * size + i]! += (1e-8 * trace) / size;
  cholesky(moments, size);
  return moments;
}

/** u = W x + b of one row, with the parameters [weights, bias]. */
export function affineRow(form: AffineForm, parameters: Float64Array, x: Float64Array, u: Float64Array): void {
  const classes = u.length;
  const bias = parameters.length - classes;
  for (let i = 0; i < classes; i++) {
    let sum = parameters[bias + i]!;
    if (form === 'vector') sum += parameters[i]! * x[i]!;
    else for (let j = 0; j < classes; j++) sum += parameters[i * classes + j]! * x[j]!;
    u[i] = sum;
  }
}

/** parameters += scale · outer(r, [x, 1]) */
function addOuter(form: AffineForm, parameters: Float64Array, r: Float64Array, x: Float64Array, scale: number): void {
  const classes = r.length;
  const bias = parameters.length - classes;
  for (let i = 0; i < classes; i++) {
    const ri = scale * r[i]!;
    parameters[bias + i]! += ri;
    if (form === 'vector') parameters[i]! += ri * x[i]!;
    else if (ri !== 0) for (let j = 0; j < classes; j++) parameters[i * classes + j]! += ri * x[j]!;
  }
}

/** Twice the penalty of each parameter. */
function penaltyWeights(form: AffineForm, classes: number, { lambda, mu }: Penalties): Float64Array {
  const weights = form === 'vector' ? classes : classes * classes;
  return Float64Array.from({ length: weights + classes }, (_, at) => {
    if (at >= weights) return (2 * mu) / classes;
    return form === 'vector' || at % (classes + 1) === 0 ? 0 : (2 * lambda) / (classes * (classes - 1));
  });
}

/** The mean NLL of softmax(W x + b) and its penalties, as a function of [weights, bias]. */
export function softmaxRegression(form: AffineForm, { rows, columns: classes, values }: Matrix, labels: Int32Array, penalties: Penalties): ConvexProblem {
  const penalty = penaltyWeights(form, classes, penalties);
  const probabilities = new Float64Array(rows * classes);
  const spread = new Float64Array(classes); // mean p (1 − p) of each class
  const diagonal = new Float64Array(penalty.length); // of the Hessian, for vectors
  const factor = form === 'matrix' ? momentFactor({ rows, columns: classes, values }) : null;
  const u = new Float64Array(classes);
  const [xOf, pOf] = [values, probabilities].map((array) => (n: number): Float64Array => array.subarray(n * classes, (n + 1) * classes)) as [(n: number) => Float64Array, (n: number) => Float64Array];

  function evaluate(parameters: Float64Array, gradient: Float64Array): number {
    let [total, penalised] = [0, 0];
    for (let i = 0; i < penalty.length; i++) {
      gradient[i] = penalty[i]! * parameters[i]!;
      penalised += (penalty[i]! * parameters[i]! * parameters[i]!) / 2;
    }
    spread.fill(0);
    diagonal.set(penalty);
    for (let n = 0; n < rows; n++) {
      const [x, p, y] = [xOf(n), pOf(n), labels[n]!];
      affineRow(form, parameters, x, u);
      let [max, sum] = [-Infinity, 0];
      for (let i = 0; i < classes; i++) if (u[i]! > max) max = u[i]!;
      for (let i = 0; i < classes; i++) sum += p[i] = Math.exp(u[i]! - max);
      total += Math.log(sum) + max - u[y]!;
      for (let i = 0; i < classes; i++) {
        p[i]! /= sum;
        u[i] = p[i]! - (i === y ? 1 : 0);
        const v = (p[i]! * (1 - p[i]!)) / rows;
        spread[i]! += v;
        if (form === 'vector') diagonal[i]! += v * x[i]! * x[i]!;
      }
      addOuter(form, gradient, u, x, 1 / rows);
    }
    return total / rows + penalised;
  }

  function curvature(v: Float64Array, result: Float64Array): void {
    for (let i = 0; i < v.length; i++) result[i] = penalty[i]! * v[i]!;
    for (let n = 0; n < rows; n++) {
      const [x, p] = [xOf(n), pOf(n)];
      affineRow(form, v, x, u);
      let mean = 0;
      for (let i = 0; i < classes; i++) mean += p[i]! * u[i]!;
      for (let i = 0; i < classes; i++) u[i] = p[i]! * (u[i]! - mean);
      addOuter(form, result, u, x, 1 / rows);
    }
  }

  function precondition(r: Float64Array, result: Float64Array): void {
    if (!factor) {
      for (let i = 0; i < classes; i++) {
        result[i] = r[i]! / (diagonal[i]! + 1e-12);
        result[classes + i] = r[classes + i]! / (spread[i]! + penalty[classes + i]! + 1e-12);
      }
      return;
    }
    const row = new Float64Array(classes + 1);
    for (let i = 0; i < classes; i++) {
      row.set(r.subarray(i * classes, (i + 1) * classes));
      row[classes] = r[classes * classes + i]!;
      solveCholesky(factor, classes + 1, row);
      const scale = 1 / (spread[i]! + 1e-12);
      for (let j = 0; j < classes; j++) result[i * classes + j] = scale * row[j]!;
      result[classes * classes + i] = scale * row[classes];
    }
  }

  return { evaluate, curvature, precondition };
}
