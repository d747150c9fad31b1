import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { type ArrayInput, type Matrix, type Predictions, readLogits, readProbabilities } from './predictions.ts';

/** Subtracts from each row its maximum, in place: softmax is unchanged and nothing can overflow. */
export function shiftRows({ rows, columns, values }: Matrix): void {
  for (let n = 0; n < rows; n++) {
    const row = values.subarray(n * columns, (n + 1) * columns);
    let max = -Infinity;
    for (const z of row) if (z > max) max = z;
    for (let k = 0; k < columns; k++) row[k] = (row[k] as number) - max;
  }
}

/** Softmax over the rows, in place. */
export function softmaxRows(matrix: Matrix): Matrix {
  const { rows, columns, values } = matrix;
  shiftRows(matrix);
  for (let n = 0; n < rows; n++) {
    const row = values.subarray(n * columns, (n + 1) * columns);
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += row[k] = Math.exp(row[k] as number);
    for (let k = 0; k < columns; k++) row[k] = (row[k] as number) / sum;
  }
  return matrix;
}

/** Probabilities of predictions given either way. */
export function probabilityMatrix(predictions: Predictions, caller: string): Matrix {
  if ('logits' in predictions) return softmaxRows(readLogits(predictions.logits, caller));
  return readProbabilities(predictions.probabilities, caller);
}

/**
 * Probabilities `[n, classes]` of logits `[n, classes]`, in float64.
 *
 * @throws RangeError where a logit is not finite
 */
export function softmax(logits: ArrayInput): HostTensor<'float64'> {
  const { rows, columns, values } = softmaxRows(readLogits(logits, 'softmax'));
  return hostTensor('float64', [rows, columns], values);
}
