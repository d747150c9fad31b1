// Zadrozny, Elkan: Transforming classifier scores into accurate multiclass probability estimates, 2002 (one against the rest).
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { type ArrayInput, type Matrix, type Predictions, readLabels, readLogits } from '../../inputs/predictions.ts';
import { probabilityMatrix } from '../../inputs/softmax.ts';
import { leastProbability, logProbabilities } from '../affine/dirichlet-scaling.ts';
import { applyBinary, type BinaryCalibrator, binaryFits, type BinaryMethod, type BinaryOptions, type FitBinary } from './binary-calibrator.ts';

/** A binary map per class, then rows divided by their sum: plain data that survives JSON. */
export interface OneVsRestCalibrator {
  readonly type: 'one-vs-rest';
  readonly version: 1;
  /** One per class. */
  readonly maps: readonly BinaryCalibrator[];
  readonly warnings: readonly string[];
}

/** A binary map of the largest probability; the others share the rest in proportion: plain data that survives JSON. */
export interface TopLabelCalibrator {
  readonly type: 'top-label';
  readonly version: 1;
  readonly map: BinaryCalibrator;
  readonly warnings: readonly string[];
}

/** Log-odds of every class: z_k − log Σ_{j≠k} exp(z_j). Of one class only, that of the least probability's complement. */
function logOdds(predictions: Predictions, caller: string): Matrix {
  const { rows, columns, values } = 'logits' in predictions ? readLogits(predictions.logits, caller) : logProbabilities(predictions, caller);
  const odds = new Float64Array(rows * columns);
  for (let n = 0; n < rows; n++) {
    const z = values.subarray(n * columns, (n + 1) * columns);
    const top = z.indexOf(Math.max(...z));
    let [second, sum] = [-Infinity, 0];
    for (let k = 0; k < columns; k++) {
      sum += Math.exp(z[k]! - z[top]!);
      if (k !== top) second = Math.max(second, z[k]!);
    }
    let rest = 0;
    for (let k = 0; k < columns; k++) if (k !== top) rest += Math.exp(z[k]! - second);
    for (let k = 0; k < columns; k++) {
      const others = k === top ? second + Math.log(rest) : z[top]! + Math.log(sum - Math.exp(z[k]! - z[top]!));
      odds[n * columns + k] = columns === 1 ? -Math.log(leastProbability) : z[k]! - others;
    }
  }
  return { rows, columns, values: odds };
}

/** What the maps look at: log-odds for Platt's, probabilities for the others. */
function scoreMatrix(method: BinaryMethod, predictions: Predictions, caller: string): Matrix {
  if (method === 'platt') return logOdds(predictions, caller);
  const matrix = probabilityMatrix(predictions, caller);
  return { ...matrix, values: matrix.values.map((p) => Math.min(1, Math.max(0, p))) };
}

const columnOf = ({ rows, columns, values }: Matrix, k: number): Float64Array => Float64Array.from({ length: rows }, (_, n) => values[n * columns + k]!);

function checkMethod(method: BinaryMethod, caller: string): void {
  if (!Object.hasOwn(binaryFits, method)) throw new RangeError(`${caller}: method must be one of ${Object.keys(binaryFits).join(', ')}, got '${method}'`);
}

/**
 * Fits a binary map for every class: its probability (for 'platt' its log-odds, which logits give exactly) against "the label is that class".
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, of a validation split
 * @param labels `[n]` classes; a class without samples gets a constant map and a warning
 * @throws RangeError naming the first bad row
 */
export function fitOneVsRest<M extends BinaryMethod>(method: M, predictions: Predictions, labels: ArrayInput, options?: BinaryOptions[M]): OneVsRestCalibrator {
  checkMethod(method, 'fitOneVsRest');
  const scores = scoreMatrix(method, predictions, 'fitOneVsRest');
  const y = readLabels(labels, scores.rows, scores.columns, 'fitOneVsRest');
  const fit: FitBinary<M> = binaryFits[method];
  const maps = Array.from({ length: scores.columns }, (_, k) => fit(columnOf(scores, k), y.map((label) => (label === k ? 1 : 0)), options));
  return { type: 'one-vs-rest', version: 1, maps, warnings: maps.flatMap(({ warnings }, k) => warnings.map((warning) => `class ${k}: ${warning}`)) };
}

/** Calibrated probabilities `[n, classes]`. A row of nothing but zeros becomes uniform. @throws RangeError where there are other classes */
export function applyOneVsRest({ maps }: Pick<OneVsRestCalibrator, 'maps'>, predictions: Predictions): HostTensor<'float64'> {
  const scores = scoreMatrix(maps[0]!.type, predictions, 'applyOneVsRest');
  const { rows, columns } = scores;
  if (columns !== maps.length) throw new RangeError(`applyOneVsRest: the calibrator is for ${maps.length} classes, got ${columns}`);
  const mapped = maps.map((map, k) => applyBinary(map, columnOf(scores, k)).data);
  const result = new Float64Array(rows * columns);
  for (let n = 0; n < rows; n++) {
    const sum = mapped.reduce((total, q) => total + q[n]!, 0);
    for (let k = 0; k < columns; k++) result[n * columns + k] = sum > 0 ? mapped[k]![n]! / sum : 1 / columns;
  }
  return hostTensor('float64', [rows, columns], result);
}

/** The most probable class of every row; the first maximum wins a tie. */
function topOf({ rows, columns, values }: Matrix): Int32Array {
  return Int32Array.from({ length: rows }, (_, n) => {
    let best = 0;
    for (let k = 1; k < columns; k++) if (values[n * columns + k]! > values[n * columns + best]!) best = k;
    return best;
  });
}

/**
 * Fits one binary map to the largest probability (for 'platt' its log-odds) against "the most probable class is right".
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, of a validation split
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function fitTopLabel<M extends BinaryMethod>(method: M, predictions: Predictions, labels: ArrayInput, options?: BinaryOptions[M]): TopLabelCalibrator {
  checkMethod(method, 'fitTopLabel');
  const scores = scoreMatrix(method, predictions, 'fitTopLabel');
  const y = readLabels(labels, scores.rows, scores.columns, 'fitTopLabel');
  const top = topOf(scores);
  const fit: FitBinary<M> = binaryFits[method];
  const map = fit(Float64Array.from(top, (k, n) => scores.values[n * scores.columns + k]!), y.map((label, n) => (label === top[n] ? 1 : 0)), options);
  return { type: 'top-label', version: 1, map, warnings: map.warnings };
}

/** Calibrated probabilities `[n, classes]`: the rest of the largest is shared in proportion to the old probabilities, evenly where they are all 0. */
export function applyTopLabel({ map }: Pick<TopLabelCalibrator, 'map'>, predictions: Predictions): HostTensor<'float64'> {
  const scores = scoreMatrix(map.type, predictions, 'applyTopLabel');
  const { rows, columns, values: p } = probabilityMatrix(predictions, 'applyTopLabel');
  const top = topOf(scores);
  const mapped = applyBinary(map, Float64Array.from(top, (k, n) => scores.values[n * columns + k]!)).data;
  const result = new Float64Array(rows * columns);
  for (let n = 0; n < rows; n++) {
    const row = p.subarray(n * columns, (n + 1) * columns);
    const rest = row.reduce((sum, x, k) => sum + (k === top[n] ? 0 : x), 0);
    for (let k = 0; k < columns; k++) {
      const share = rest > 0 ? row[k]! / rest : 1 / (columns - 1);
      result[n * columns + k] = k === top[n] ? (columns === 1 ? 1 : mapped[n]!) : (1 - mapped[n]!) * share;
    }
  }
  return hostTensor('float64', [rows, columns], result);
}
