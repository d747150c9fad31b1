import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { eachBlock } from '../rows/each-block.ts';
import { type ArrayInput, type Matrix, type Predictions, readScores } from './predictions.ts';

/** Subtracts from each row its maximum, in place: softmax is unchanged and nothing can overflow. */
export function shiftRows({ rows, columns, values }: Matrix): void {
  for (let n = 0; n < rows; n++) {
    const row = values.subarray(n * columns, (n + 1) * columns);
    let max = -Infinity;
    for (const z of row) if (z > max) max = z;
    for (let k = 0; k < columns; k++) row[k] = (row[k] as number) - max;
  }
}

/** Checked probabilities `[n, classes]` of predictions given either way, a copy of its own. */
export function probabilityMatrix(predictions: Predictions, caller: string): Matrix {
  const scores = readScores(predictions, caller);
  const values = new Float64Array(scores.rows * scores.columns);
  eachBlock(scores, caller, ({ start, probabilities }) => values.set(probabilities, start * scores.columns));
  return { rows: scores.rows, columns: scores.columns, values };
}

/**
 * Probabilities `[n, classes]` of logits `[n, classes]`, in float64.
 *
 * @throws RangeError where a logit is not finite
 */
export function softmax(logits: ArrayInput): HostTensor<'float64'> {
  const { rows, columns, values } = probabilityMatrix({ logits }, 'softmax');
  return hostTensor('float64', [rows, columns], values);
}
