import { toHost } from '@mixwell/tensor';

/** Anything `toHost` reads: nested arrays, `{ data, shape }`, host tensors, TensorFlow.js and ONNX Runtime tensors. */
export type ArrayInput = Parameters<typeof toHost>[0];

/** Class scores of `n` samples, shape `[n, classes]`: as logits, or as probabilities whose rows sum to 1. */
export type Predictions = { readonly logits: ArrayInput } | { readonly probabilities: ArrayInput };

/**
 * Probability `[n]` that a yes/no event happens. Comes with outcomes 0 or 1 in place of labels: a confidence with
 * "the prediction was right", or the probability of class 1 with the class.
 */
export interface EventPredictions {
  readonly confidence: ArrayInput;
}

/** Row-major numbers `[rows, columns]`. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float64Array;
}

const rowSumTolerance = 1e-6;
const rangeTolerance = 1e-9;

type Numbers = Float32Array | Float64Array;

export function readNumbers(input: ArrayInput, what: string, rank: number): { readonly shape: readonly number[]; readonly values: Numbers } {
  const host = toHost(input);
  if (host.dtype === 'float16' || host.dtype === 'bfloat16') {
    throw new TypeError(`${what}: expected numbers, got the bits of ${host.dtype}; convert to float32 first`);
  }
  if (host.shape.length !== rank) throw new RangeError(`${what}: expected ${rank} ax${rank === 1 ? 'is' : 'es'}, got shape [${host.shape.join(', ')}]`);
  if ((host.shape[0] ?? 0) < 1) throw new RangeError(`${what}: no samples`);
  if (host.shape.at(-1) === 0) throw new RangeError(`${what}: no classes`);
  const { data } = host;
  if (data instanceof Float32Array || data instanceof Float64Array) return { shape: host.shape, values: data };
  return { shape: host.shape, values: Float64Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** Class scores as they came, shared with the caller: each reader checks the rows when it comes to them. */
export interface Scores {
  readonly kind: 'logits' | 'probabilities';
  readonly rows: number;
  readonly columns: number;
  readonly values: Numbers;
}

export function readScores(predictions: Predictions, caller: string): Scores {
  const kind = 'logits' in predictions ? 'logits' : 'probabilities';
  const input = 'logits' in predictions ? predictions.logits : predictions.probabilities;
  if (input === undefined) throw new TypeError(`${caller}: predictions must be { logits }, { probabilities } or { confidence }, got the keys [${Object.keys(predictions).join(', ')}]`);
  const { shape, values } = readNumbers(input, `${caller}: ${kind}`, 2);
  return { kind, rows: shape[0]!, columns: shape[1]!, values };
}

/** Throws for the first logit of `values` that is not finite; its first row is number `start`. */
export function checkFinite(values: Numbers, columns: number, start: number, caller: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) throw new RangeError(`${caller}: logits: row ${start + Math.floor(i / columns)}, class ${i % columns} must be finite, got ${values[i]}`);
  }
}

/** `[n, classes]` finite numbers as float64, a copy of its own. Errors name the first bad row. */
export function readLogits(logits: ArrayInput, caller: string): Matrix {
  const { rows, columns, values } = readScores({ logits }, caller);
  checkFinite(values, columns, 0, caller);
  return { rows, columns, values: new Float64Array(values) };
}

/** True for NaN too. */
const outsideUnitInterval = (p: number): boolean => !(p >= -rangeTolerance && p <= 1 + rangeTolerance);

/** Throws unless row number `row` lies in [0, 1] and sums to 1 within 1e-6. */
export function checkProbabilityRow(values: Numbers, columns: number, row: number, caller: string): void {
  let sum = 0;
  for (let k = 0; k < columns; k++) {
    const p = values[row * columns + k]!;
    if (outsideUnitInterval(p)) throw new RangeError(`${caller}: probabilities: row ${row}, class ${k} must be in [0, 1], got ${p}`);
    sum += p;
  }
  if (Math.abs(sum - 1) > rowSumTolerance) throw new RangeError(`${caller}: probabilities: row ${row} must sum to 1, got ${sum}; pass logits as { logits }`);
}

/** `[n]` numbers in [0, 1], shared with the caller where they are float64. */
export function readConfidence(confidence: ArrayInput, caller: string): Float64Array {
  const { values } = readNumbers(confidence, `${caller}: confidence`, 1);
  for (let n = 0; n < values.length; n++) {
    if (outsideUnitInterval(values[n]!)) throw new RangeError(`${caller}: confidence: row ${n} must be in [0, 1], got ${values[n]}`);
  }
  return values instanceof Float64Array ? values : new Float64Array(values);
}

/** `[n]` whole numbers in `[0, classes)`, one for each of `rows` samples. */
export function readLabels(labels: ArrayInput, rows: number, classes: number, caller: string): Int32Array {
  const host = toHost(labels);
  const values = host.data instanceof Int32Array && host.shape.length === 1 && host.data.length > 0 ? host.data : readNumbers(labels, `${caller}: labels`, 1).values;
  if (values.length !== rows) throw new RangeError(`${caller}: labels: expected one for each of ${rows} rows, got ${values.length}`);
  for (let n = 0; n < rows; n++) {
    const y = values[n]!;
    if (!(y >= 0 && y < classes && Number.isInteger(y))) throw new RangeError(`${caller}: labels: row ${n} must be a whole number in [0, ${classes}), got ${y}`);
  }
  return values instanceof Int32Array ? values : Int32Array.from(values);
}
