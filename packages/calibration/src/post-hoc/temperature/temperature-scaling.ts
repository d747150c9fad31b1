// Guo, Pleiss, Sun, Weinberger: On Calibration of Modern Neural Networks, 2017 (arXiv 1706.04599), section 4.2.
// They fit T by a few steps of L-BFGS, which often stops far from the optimum and can run to T < 0. The NLL is convex in
// β = 1/T, and its derivatives in β are the cumulants of the logits under softmax(βz): one pass over the data gives six of them.
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { compensatedSum } from '../../inputs/compensated-sum.ts';
import { type ArrayInput, checkFinite, readLabels, readLogits, readScores } from '../../inputs/predictions.ts';
import { shiftRows } from '../../inputs/softmax.ts';
import { leastEceTemperature } from './least-ece-temperature.ts';
import { leastSquaresTemperature } from './least-squares-temperature.ts';
import { type Minimum, minimiseBySeries, type Series } from './minimise-by-series.ts';
import { eachRowMoments, type LogitRows } from './softmax-moments.ts';

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
  /** Looks at all of the data; a few at parts of it come before. */
  readonly iterations: number;
  /** Why there is no optimum between the bounds, where there is none. */
  readonly warnings: readonly string[];
}

export interface FitTemperatureOptions {
  /**
   * What is minimised: 'nll', exactly; 'mse', the squared error over samples and classes, for T in [0.05, 5]; 'ece-grid', the ECE of 15 bins over T = 0.1, 0.2, …, 10,
   * which papers on losses report (FLSD, MbLS) though it is no proper score. Default 'nll'.
   */
  readonly criterion?: 'nll' | 'mse' | 'ece-grid';
  /** For 'nll'. Default 0.01: temperatures up to 100. */
  readonly minBeta?: number;
  /** For 'nll'. Default 100: temperatures down to 0.01. */
  readonly maxBeta?: number;
}

/** Slope that counts as 0, and that of a fit to some of the rows, which is only a start. */
const [tolerance, roughTolerance] = [5e-12, 1e-6];
/** Every so many rows are fitted first, as long as that many remain. */
const [strides, fewestRows] = [[64, 8], 1024];

const flatness = 'no optimum: all logits of each row are equal, so that no T changes anything';

/** Derivatives in β of the mean NLL of softmax(βz) over every `stride`-th row: mean(κ₁ − z_y), then means of the cumulants κ₂ … κ₆. */
function nllSeries(logits: LogitRows, labels: Int32Array, beta: number, stride: number, caller: string): Series {
  const { rows, columns, values } = logits;
  const slope = compensatedSum();
  let [sum2, sum3, sum4, sum5, sum6] = [0, 0, 0, 0, 0];
  eachRowMoments(logits, beta, stride, (row, moments, at) => {
    const weight = moments[at]!;
    const m = moments[at + 1]! / weight;
    const [r2, r3, r4, r5, r6] = [moments[at + 2]! / weight, moments[at + 3]! / weight, moments[at + 4]! / weight, moments[at + 5]! / weight, moments[at + 6]! / weight];
    if (!Number.isFinite(m)) {
      checkFinite(values.subarray(row * columns, (row + 1) * columns), columns, row, caller);
      throw new RangeError(`${caller}: logits: row ${row} must span less than 1e308`);
    }
    slope.add(m - (values[row * columns + labels[row]!]! - moments[at + 7]!));
    const c2 = r2 - m * m;
    const c3 = r3 - m * (3 * r2 - 2 * m * m);
    const c4 = r4 - m * (4 * r3 - m * (6 * r2 - 3 * m * m));
    const c5 = r5 - m * (5 * r4 - m * (10 * r3 - m * (10 * r2 - 4 * m * m)));
    const c6 = r6 - m * (6 * r5 - m * (15 * r4 - m * (20 * r3 - m * (15 * r2 - 5 * m * m))));
    sum2 += c2;
    sum3 += c3;
    sum4 += c4 - 3 * c2 * c2;
    sum5 += c5 - 10 * c3 * c2;
    sum6 += c6 - 15 * c4 * c2 - 10 * c3 * c3 + 30 * c2 * c2 * c2;
  });
  const n = Math.ceil(rows / stride);
  return [slope.value / n, Math.max(0, sum2 / n), sum3 / n, sum4 / n, sum5 / n, sum6 / n];
}

/** What keeps the optimum from lying between the bounds. */
function whyAtBound(bound: 'lower' | 'upper', slopeAtZero: number, allLargest: boolean, { lower, upper }: Readonly<Record<'lower' | 'upper', number>>): string {
  if (bound === 'upper') {
    return allLargest
      ? 'no optimum: every label has the largest logit of its row, so that the NLL falls for ever as T goes to 0'
      : `the optimum lies below T = ${1 / upper}`;
  }
  return slopeAtZero >= 0
    ? 'no optimum at a positive T: labels have on average no larger logits than other classes, so that the NLL falls for ever as T grows'
    : `the optimum lies above T = ${1 / lower}`;
}

/** Whether each label has the largest logit of its row. */
function labelsAreLargest({ rows, columns, values }: LogitRows, labels: Int32Array): boolean {
  for (let row = 0; row < rows; row++) {
    const own = values[row * columns + labels[row]!]!;
    for (let k = row * columns; k < (row + 1) * columns; k++) if (values[k]! > own) return false;
  }
  return true;
}

/** Every 64th row, then every 8th, then all, each from the optimum before. */
function minimiseNll(logits: LogitRows, labels: Int32Array, range: Readonly<Record<'lower' | 'upper', number>>, caller: string): Minimum {
  let start = 1;
  for (const stride of strides.filter((s) => logits.rows / s >= fewestRows)) {
    const { at, bound } = minimiseBySeries((beta) => nllSeries(logits, labels, beta, stride, caller), { start, ...range }, roughTolerance);
    if (bound === null) start = at;
  }
  return minimiseBySeries((beta) => nllSeries(logits, labels, beta, 1, caller), { start, ...range }, tolerance);
}

/**
 * The temperature that minimises the mean NLL of softmax(logits / T) on held-out data, exactly: at an optimum between the
 * bounds |dNLL/dβ| is near rounding error (< 1e-10 also for a million rows). Accuracy does not change. Other criteria are an option.
 *
 * @param logits `[n, classes]`, of a validation split; never of the test data
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row, or where 0 < minBeta < maxBeta does not hold; for an unknown criterion, or bounds with one that has its own
 */
export function fitTemperature(logits: ArrayInput, labels: ArrayInput, options: FitTemperatureOptions = {}): TemperatureCalibrator {
  const caller = 'fitTemperature';
  const { criterion = 'nll', minBeta = 0.01, maxBeta = 100 } = options;
  if (criterion !== 'nll') return fitByTrying(criterion, logits, labels, options);
  if (!(minBeta > 0 && minBeta < maxBeta && maxBeta < Infinity)) {
    throw new RangeError(`${caller}: 0 < minBeta < maxBeta must hold, got minBeta ${minBeta}, maxBeta ${maxBeta}`);
  }
  const scores = readScores({ logits }, caller);
  const y = readLabels(labels, scores.rows, scores.columns, caller);
  const range = { lower: minBeta, upper: maxBeta };
  const { at: beta, slope, iterations, bound } = minimiseNll(scores, y, range, caller);
  const flat = slope === 0 && isFlat(scores);
  const fixed = { type: 'temperature', version: 1, slope, iterations } as const;
  if (flat) return { ...fixed, temperature: 1, beta: 1, atBound: false, flat, warnings: [flatness] };
  const warnings = bound === null ? [] : [whyAtBound(bound, nllSeries(scores, y, 0, 1, caller)[0], labelsAreLargest(scores, y), range)];
  return { ...fixed, temperature: 1 / beta, beta, atBound: bound !== null, flat, warnings };
}

const triers = { 'mse': leastSquaresTemperature, 'ece-grid': leastEceTemperature } as const;

function fitByTrying(criterion: 'mse' | 'ece-grid', logits: ArrayInput, labels: ArrayInput, { minBeta, maxBeta }: FitTemperatureOptions): TemperatureCalibrator {
  const caller = 'fitTemperature';
  if (!Object.hasOwn(triers, criterion)) throw new RangeError(`${caller}: criterion must be 'nll', 'mse' or 'ece-grid', got '${criterion}'`);
  if (minBeta !== undefined || maxBeta !== undefined) throw new RangeError(`${caller}: minBeta and maxBeta are for criterion 'nll', got criterion '${criterion}'`);
  const matrix = readLogits(logits, caller);
  const y = readLabels(labels, matrix.rows, matrix.columns, caller);
  const fixed = { type: 'temperature', version: 1 } as const;
  if (isFlat(matrix)) return { ...fixed, temperature: 1, beta: 1, atBound: false, flat: true, slope: 0, iterations: 0, warnings: [flatness] };
  shiftRows(matrix);
  const { temperature, iterations, warnings } = triers[criterion](matrix, y);
  return { ...fixed, temperature, beta: 1 / temperature, atBound: warnings.length > 0, flat: false, slope: nllSeries(matrix, y, 1 / temperature, 1, caller)[0], iterations, warnings };
}

/** Whether all logits of each row are equal. */
function isFlat({ columns, values }: LogitRows): boolean {
  for (let k = 0; k < values.length; k++) if (values[k] !== values[k - (k % columns)]) return false;
  return true;
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
