// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017 (arXiv 1706.04599), section 4.2.
// They fit T by a few steps of L-BFGS, which often stops far from the optimum and can run to T < 0. The NLL is convex in
// β = 1/T, so here a safeguarded Newton iteration in β finds the optimum itself.
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { compensatedSum } from './inputs/compensated-sum.ts';
import { type ArrayInput, type Matrix, readLabels, readLogits } from './inputs/predictions.ts';
import { shiftRows } from './inputs/softmax.ts';

/** What `fitTemperature` found: plain data that survives JSON. */
export interface TemperatureCalibrator {
  readonly type: 'temperature';
  readonly version: 1;
  /** Logits are divided by it. Above 1 the network was over-confident, below 1 under-confident. */
  readonly temperature: number;
  /** 1 / temperature. */
  readonly beta: number;
  /** The optimum lies outside [minBeta, maxBeta]; the nearest bound was taken (say, every sample is classified rightly). */
  readonly atBound: boolean;
  /** Every row of logits is constant, so that no temperature changes anything; 1 was taken. */
  readonly flat: boolean;
  /** dNLL/dβ at the end. */
  readonly slope: number;
  readonly iterations: number;
}

export interface FitTemperatureOptions {
  /** Default 0.01: temperatures up to 100. */
  readonly minBeta?: number;
  /** Default 100: temperatures down to 0.01. */
  readonly maxBeta?: number;
}

interface Derivatives {
  /** dNLL/dβ = mean(E_p[z] − z_y) */
  readonly slope: number;
  /** d²NLL/dβ² = mean Var_p[z] ≥ 0 */
  readonly curvature: number;
}

/** Derivatives of the mean NLL of softmax(βz) in β. Rows of z are shifted to a maximum of 0. */
function derivatives({ rows, columns, values }: Matrix, labels: Int32Array, beta: number): Derivatives {
  const slope = compensatedSum();
  const curvature = compensatedSum();
  for (let n = 0; n < rows; n++) {
    const start = n * columns;
    let [sum, first, second] = [0, 0, 0];
    for (let k = start; k < start + columns; k++) {
      const z = values[k] as number;
      const weight = Math.exp(beta * z);
      sum += weight;
      first += weight * z;
      second += weight * z * z;
    }
    const expected = first / sum;
    slope.add(expected - (values[start + (labels[n] as number)] as number));
    curvature.add(Math.max(0, second / sum - expected * expected));
  }
  return { slope: slope.value / rows, curvature: curvature.value / rows };
}

interface Found extends Derivatives {
  readonly beta: number;
  readonly atBound: boolean;
  readonly iterations: number;
}

/** The root of the slope, which grows with β. A Newton step that leaves the bracket, or does not shrink, becomes a bisection. */
function minimise(at: (beta: number) => Derivatives, minBeta: number, maxBeta: number): Found {
  const upper = at(maxBeta);
  if (upper.slope <= 0) return { beta: maxBeta, ...upper, atBound: true, iterations: 0 };
  const lower = at(minBeta);
  if (lower.slope >= 0) return { beta: minBeta, ...lower, atBound: true, iterations: 0 };
  let [lo, hi] = [minBeta, maxBeta];
  let beta = Math.min(maxBeta, Math.max(minBeta, 1));
  let [step, stepBefore] = [hi - lo, hi - lo];
  for (let iterations = 1; ; iterations++) {
    const here = at(beta);
    if (here.slope < 0) lo = beta;
    else hi = beta;
    const newton = beta - here.slope / here.curvature;
    const shrinks = Math.abs(newton - beta) <= 0.5 * Math.abs(stepBefore);
    const next = newton > lo && newton < hi && shrinks ? newton : (lo + hi) / 2;
    [stepBefore, step] = [step, next - beta];
    const settled = Math.abs(newton - beta) <= 1e-13 * beta || next === lo || next === hi;
    if (here.slope === 0 || settled || iterations === 200) return { beta, ...here, atBound: false, iterations };
    beta = next;
  }
}

/**
 * The temperature that minimises the mean NLL of softmax(logits / T) on held-out data, exactly: at an optimum between the
 * bounds |dNLL/dβ| is near rounding error (< 1e-10 also for a million rows). Accuracy does not change.
 *
 * @param logits `[n, classes]`, of a validation split; never of the test data
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row, or where 0 < minBeta < maxBeta does not hold
 */
export function fitTemperature(logits: ArrayInput, labels: ArrayInput, options: FitTemperatureOptions = {}): TemperatureCalibrator {
  const { minBeta = 0.01, maxBeta = 100 } = options;
  if (!(minBeta > 0 && minBeta < maxBeta && maxBeta < Infinity)) {
    throw new RangeError(`fitTemperature: 0 < minBeta < maxBeta must hold, got minBeta ${minBeta}, maxBeta ${maxBeta}`);
  }
  const matrix = readLogits(logits, 'fitTemperature');
  const y = readLabels(labels, matrix.rows, matrix.columns, 'fitTemperature');
  shiftRows(matrix);
  const fixed = { type: 'temperature', version: 1 } as const;
  if (matrix.values.every((z) => z === 0)) return { ...fixed, temperature: 1, beta: 1, atBound: false, flat: true, slope: 0, iterations: 0 };
  const { beta, atBound, slope, iterations } = minimise((b) => derivatives(matrix, y, b), minBeta, maxBeta);
  return { ...fixed, temperature: 1 / beta, beta, atBound, flat: false, slope, iterations };
}

/**
 * Logits divided by the temperature, `[n, classes]` in float64: pass them on as `{ logits }`.
 *
 * @param calibrator what `fitTemperature` returned, or a temperature > 0
 */
export function applyTemperature(calibrator: Pick<TemperatureCalibrator, 'temperature'> | number, logits: ArrayInput): HostTensor<'float64'> {
  const temperature = typeof calibrator === 'number' ? calibrator : calibrator.temperature;
  if (!(temperature > 0 && temperature < Infinity)) throw new RangeError(`applyTemperature: temperature must be > 0, got ${temperature}`);
  const { rows, columns, values } = readLogits(logits, 'applyTemperature');
  return hostTensor('float64', [rows, columns], values.map((z) => z / temperature));
}
