import { mean } from '../inputs/compensated-sum.ts';
import { type ArrayInput, type Matrix, type Predictions, readLabels, readLogits, readProbabilities } from '../inputs/predictions.ts';
import { shiftRows } from '../inputs/softmax.ts';

/** Probabilities below this are raised to it (logits are never clipped). */
export const smallestProbability = 1e-12;

function logSumExp(row: Float64Array): number {
  let sum = 0;
  for (const z of row) sum += Math.exp(z);
  return Math.log(sum);
}

function fromLogits(matrix: Matrix, labels: Int32Array): number {
  shiftRows(matrix);
  const { rows, columns, values } = matrix;
  return mean(rows, (n) => {
    const row = values.subarray(n * columns, (n + 1) * columns);
    return logSumExp(row) - (row[labels[n] as number] as number);
  });
}

/**
 * Mean −log p of the labels, in nats: the proper score that calibrators minimise. From probabilities p is clipped at 1e-12;
 * from logits it is exact, so prefer `{ logits }`.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function negativeLogLikelihood(predictions: Predictions, labels: ArrayInput): number {
  const name = 'negativeLogLikelihood';
  if ('logits' in predictions) {
    const matrix = readLogits(predictions.logits, name);
    return fromLogits(matrix, readLabels(labels, matrix.rows, matrix.columns, name));
  }
  const { rows, columns, values } = readProbabilities(predictions.probabilities, name);
  const y = readLabels(labels, rows, columns, name);
  return mean(rows, (n) => -Math.log(Math.max(values[n * columns + (y[n] as number)] as number, smallestProbability)));
}
