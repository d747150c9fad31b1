// Zhang, Kailkhura, Han: Mix-n-Match: Ensemble and Compositional Methods for Uncertainty Calibration in Deep Learning, 2020 (arXiv 2003.07329), section 4.1.
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { compensatedSum, mean } from '../../inputs/compensated-sum.ts';
import { type ArrayInput, type Matrix, readLabels, readLogits } from '../../inputs/predictions.ts';
import { shiftRows } from '../../inputs/softmax.ts';
import { eachRow, leastSquaresTemperature } from './least-squares-temperature.ts';
import { fitTemperature } from './temperature-scaling.ts';
import { type Matrix3, simplexQp, type Vector3 } from './simplex-qp.ts';

/** w₀ softmax(z / T) + w₁ softmax(z) + w₂ / classes: plain data that survives JSON. */
export interface EnsembleTemperatureCalibrator {
  readonly type: 'ensemble-temperature';
  readonly version: 1;
  readonly temperature: number;
  /** Of softmax(z / T), softmax(z) and the uniform distribution: ≥ 0, sum 1. */
  readonly weights: Vector3;
  /** Mean squared error over samples and classes, or mean NLL, after calibration. */
  readonly objective: number;
  readonly warnings: readonly string[];
}

export interface FitEnsembleTemperatureOptions {
  /** What is minimised: 'mse' (the paper's), over samples and classes, or 'nll'. Default 'mse'. */
  readonly criterion?: 'mse' | 'nll';
}

/** Weights of least squared error: a quadratic program, solved exactly. */
function weightsOfLeastError(shifted: Matrix, labels: Int32Array, temperature: number): { readonly weights: Vector3; readonly objective: number } {
  const { rows, columns } = shifted;
  const count = rows * columns;
  const [tt, tz, zz, ty, zy] = [compensatedSum(), compensatedSum(), compensatedSum(), compensatedSum(), compensatedSum()];
  const tempered = new Float64Array(columns);
  eachRow(shifted, 1, (n, p) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += tempered[k] = Math.exp(shifted.values[n * columns + k]! / temperature);
    let [a, b, c] = [0, 0, 0];
    for (let k = 0; k < columns; k++) {
      const t = tempered[k]! / sum;
      a += t * t;
      b += t * p[k]!;
      c += p[k]! * p[k]!;
    }
    tt.add(a);
    tz.add(b);
    zz.add(c);
    ty.add(tempered[labels[n]!]! / sum);
    zy.add(p[labels[n]!]!);
  });
  // Σ over classes of p · u is 1 / classes, and of u · u too
  const u = rows / columns;
  const g = [[tt.value, tz.value, u], [tz.value, zz.value, u], [u, u, u]].map((row) => row.map((x) => x / count)) as unknown as Matrix3;
  const c = [ty.value, zy.value, u].map((x) => x / count) as unknown as Vector3;
  const weights = simplexQp(g, c);
  const quadratic = weights.reduce((total, w, i) => total + w * (weights.reduce((row, v, j) => row + g[i]![j]! * v, 0) - 2 * c[i]!), 0);
  return { weights, objective: quadratic + rows / count };
}

/** Weights of least NLL: Newton steps, each a quadratic program over the simplex. */
function weightsOfLeastNll(shifted: Matrix, labels: Int32Array, temperature: number): { readonly weights: Vector3; readonly objective: number } {
  const { rows, columns } = shifted;
  const own = [new Float64Array(rows), new Float64Array(rows)];
  [1 / temperature, 1].forEach((beta, at) => eachRow(shifted, beta, (n, p) => { own[at]![n] = p[labels[n]!]!; }));
  const columnsOf = (n: number): Vector3 => [own[0]![n]!, own[1]![n]!, 1 / columns];
  const mix = (w: Vector3, n: number): number => w[0] * own[0]![n]! + w[1] * own[1]![n]! + w[2] / columns;
  const nll = (w: Vector3): number => -mean(rows, (n) => Math.log(mix(w, n)));
  let weights: Vector3 = [1 / 3, 1 / 3, 1 / 3];
  let objective = nll(weights);
  for (let iteration = 0; iteration < 100; iteration++) {
    const hessian = [[0, 0, 0], [0, 0, 0], [0, 0, 0]];
    const gradient = [0, 0, 0];
    for (let n = 0; n < rows; n++) {
      const a = columnsOf(n).map((x) => x / mix(weights, n));
      for (let i = 0; i < 3; i++) {
        gradient[i]! -= a[i]! / rows;
        for (let j = 0; j < 3; j++) hessian[i]![j]! += (a[i]! * a[j]!) / rows;
      }
    }
    // the step to w minimises (w − weights)·H(w − weights) / 2 + gradient·w, and H weights = −gradient
    const target = simplexQp(hessian as unknown as Matrix3, gradient.map((x) => -2 * x) as unknown as Vector3);
    const step = target.map((w, i) => w - weights[i]!);
    let share = 1;
    let next: Vector3 = target;
    while (share > 1e-9 && !(nll(next) < objective)) {
      share /= 2;
      next = weights.map((w, i) => w + share * step[i]!) as unknown as Vector3;
    }
    const better = nll(next);
    if (!(better < objective)) break;
    [weights, objective] = [next, better];
  }
  return { weights, objective };
}

/**
 * Ensemble temperature scaling: first the temperature, then the weights of softmax(z / T), softmax(z) and the uniform distribution, each of least squared error
 * (T in [0.05, 5], which is not a convex problem: scanned first) or of least NLL (T as `fitTemperature` gives it). Keeps the order of classes.
 *
 * @param logits `[n, classes]`, of a validation split
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function fitEnsembleTemperature(logits: ArrayInput, labels: ArrayInput, { criterion = 'mse' }: FitEnsembleTemperatureOptions = {}): EnsembleTemperatureCalibrator {
  const caller = 'fitEnsembleTemperature';
  if (criterion !== 'mse' && criterion !== 'nll') throw new RangeError(`${caller}: criterion must be 'mse' or 'nll', got '${String(criterion)}'`);
  const matrix = readLogits(logits, caller);
  const y = readLabels(labels, matrix.rows, matrix.columns, caller);
  shiftRows(matrix);
  const fixed = { type: 'ensemble-temperature', version: 1 } as const;
  if (criterion === 'nll') {
    const { temperature, warnings } = fitTemperature({ data: matrix.values, shape: [matrix.rows, matrix.columns] }, y);
    return { ...fixed, temperature, ...weightsOfLeastNll(matrix, y, temperature), warnings };
  }
  const { temperature, warnings } = leastSquaresTemperature(matrix, y);
  return { ...fixed, temperature, ...weightsOfLeastError(matrix, y, temperature), warnings };
}

/**
 * Calibrated probabilities `[n, classes]` of logits `[n, classes]`.
 *
 * @throws RangeError where a logit is not finite
 */
export function applyEnsembleTemperature({ temperature, weights: [w0, w1, w2] }: Pick<EnsembleTemperatureCalibrator, 'temperature' | 'weights'>, logits: ArrayInput): HostTensor<'float64'> {
  const matrix = readLogits(logits, 'applyEnsembleTemperature');
  const { rows, columns } = matrix;
  shiftRows(matrix);
  const result = new Float64Array(rows * columns);
  for (const [beta, weight] of [[1 / temperature, w0], [1, w1]] as const) {
    eachRow(matrix, beta, (n, p) => { for (let k = 0; k < columns; k++) result[n * columns + k]! += weight * p[k]!; });
  }
  return hostTensor('float64', [rows, columns], result.map((p) => p + w2 / columns));
}
