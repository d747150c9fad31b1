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

function readNumbers(input: ArrayInput, what: string, rank: number): { shape: readonly number[]; values: Float64Array } {
  const host = toHost(input);
  if (host.dtype === 'float16' || host.dtype === 'bfloat16') {
    throw new TypeError(`${what}: expected numbers, got the bits of ${host.dtype}; convert to float32 first`);
  }
  if (host.shape.length !== rank) throw new RangeError(`${what}: expected ${rank} ax${rank === 1 ? 'is' : 'es'}, got shape [${host.shape.join(', ')}]`);
  if ((host.shape[0] ?? 0) < 1) throw new RangeError(`${what}: no samples`);
  if (host.shape.at(-1) === 0) throw new RangeError(`${what}: no classes`);
  return { shape: host.shape, values: host.data instanceof BigInt64Array ? Float64Array.from(host.data, Number) : new Float64Array(host.data) };
}

/** `[n, classes]` finite numbers as float64, a copy of its own. Errors name the first bad row. */
export function readLogits(logits: ArrayInput, caller: string): Matrix {
  const { shape, values } = readNumbers(logits, `${caller}: logits`, 2);
  const columns = shape[1] ?? 0;
  const bad = values.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new RangeError(`${caller}: logits: row ${Math.floor(bad / columns)}, class ${bad % columns} must be finite, got ${values[bad]}`);
  return { rows: shape[0] ?? 0, columns, values };
}

/** True for NaN too. */
const outsideUnitInterval = (p: number): boolean => !(p >= -rangeTolerance && p <= 1 + rangeTolerance);

/** `[n, classes]` probabilities as float64, checked to lie in [0, 1] and to sum to 1 within 1e-6 per row. */
export function readProbabilities(probabilities: ArrayInput, caller: string): Matrix {
  const { shape, values } = readNumbers(probabilities, `${caller}: probabilities`, 2);
  const [rows = 0, columns = 0] = shape;
  for (let n = 0; n < rows; n++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      const p = values[n * columns + k] as number;
      if (outsideUnitInterval(p)) throw new RangeError(`${caller}: probabilities: row ${n}, class ${k} must be in [0, 1], got ${p}`);
      sum += p;
    }
    if (Math.abs(sum - 1) > rowSumTolerance) throw new RangeError(`${caller}: probabilities: row ${n} must sum to 1, got ${sum}; pass logits as { logits }`);
  }
  return { rows, columns, values };
}

/** `[n]` numbers in [0, 1]. */
export function readConfidence(confidence: ArrayInput, caller: string): Float64Array {
  const { values } = readNumbers(confidence, `${caller}: confidence`, 1);
  const bad = values.findIndex(outsideUnitInterval);
  if (bad >= 0) throw new RangeError(`${caller}: confidence: row ${bad} must be in [0, 1], got ${values[bad]}`);
  return values;
}

/** `[n]` whole numbers in `[0, classes)`, one for each of `rows` samples. */
export function readLabels(labels: ArrayInput, rows: number, classes: number, caller: string): Int32Array {
  const { values } = readNumbers(labels, `${caller}: labels`, 1);
  if (values.length !== rows) throw new RangeError(`${caller}: labels: expected one for each of ${rows} rows, got ${values.length}`);
  const bad = values.findIndex((y) => !Number.isInteger(y) || y < 0 || y >= classes);
  if (bad >= 0) throw new RangeError(`${caller}: labels: row ${bad} must be a whole number in [0, ${classes}), got ${values[bad]}`);
  return Int32Array.from(values);
}
