// Brier: Verification of forecasts expressed in terms of probability, 1950.
import { mean } from '../inputs/compensated-sum.ts';
import { readClassified } from '../inputs/events.ts';
import type { ArrayInput, Predictions } from '../inputs/predictions.ts';

/**
 * Mean over samples of Σ_k (p_k − [k is the label])², in [0, 2].
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws RangeError naming the first bad row
 */
export function brierScore(predictions: Predictions, labels: ArrayInput): number {
  const { matrix, labels: y } = readClassified(predictions, labels, 'brierScore');
  const { rows, columns, values } = matrix;
  return mean(rows, (n) => {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += ((values[n * columns + k] as number) - (k === y[n] ? 1 : 0)) ** 2;
    return sum;
  });
}
