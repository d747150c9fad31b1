import { compensatedSum } from '../inputs/compensated-sum.ts';
import { type ArrayInput, type Predictions, readLabels, readScores, type Scores } from '../inputs/predictions.ts';
import { type Block, eachBlock } from '../rows/each-block.ts';

/** Probabilities below this are raised to it (logits are never clipped). */
export const smallestProbability = 1e-12;

/** −log p of the label of a row, from logits without forming p. */
export function lossOf({ kind, columns, values }: Scores, { start, probabilities, facts }: Block, row: number, label: number): number {
  if (kind === 'probabilities') return -Math.log(Math.max(probabilities[row * columns + label]!, smallestProbability));
  return Math.log(facts[4 * row + 1]!) + (facts[4 * row]! - values[(start + row) * columns + label]!);
}

/**
 * Mean −log p of the labels, in nats: the proper score that calibrators minimise. From probabilities p is clipped at 1e-12 (`calibrationReport` says how often);
 * from logits it is exact, so prefer `{ logits }`.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws {RangeError} naming the first bad row
 */
export function negativeLogLikelihood(predictions: Predictions, labels: ArrayInput): number {
  const name = 'negativeLogLikelihood';
  const scores = readScores(predictions, name);
  const y = readLabels(labels, scores.rows, scores.columns, name);
  const sum = compensatedSum();
  eachBlock(scores, name, (block) => {
    for (let row = 0; row < block.rows; row++) sum.add(lossOf(scores, block, row, y[block.start + row]!));
  });
  return sum.value / scores.rows;
}
