// Brier: Verification of forecasts expressed in terms of probability, 1950.
import { compensatedSum } from '../inputs/compensated-sum.ts';
import { type ArrayInput, type Predictions, readLabels, readScores } from '../inputs/predictions.ts';
import { type Block, eachBlock } from '../rows/each-block.ts';

/** Σ_k (p_k − [k is the label])² of a row, as Σ p² − 2 p_label + 1. */
export function brierOf({ facts }: Block, row: number, p: number): number {
  return facts[4 * row + 3]! - 2 * p + 1;
}

/**
 * Mean over samples of Σ_k (p_k − [k is the label])², in [0, 2].
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @param options.scale 'half' gives half of it, in [0, 1]: for two classes the score of the probability of class 1. Default 'full'
 * @throws {RangeError} naming the first bad row
 */
export function brierScore(predictions: Predictions, labels: ArrayInput, options: { readonly scale?: 'full' | 'half' } = {}): number {
  const { scale = 'full' } = options;
  if (scale !== 'full' && scale !== 'half') throw new RangeError(`brierScore: scale must be full or half, got ${String(scale)}`);
  const scores = readScores(predictions, 'brierScore');
  const y = readLabels(labels, scores.rows, scores.columns, 'brierScore');
  const sum = compensatedSum();
  eachBlock(scores, 'brierScore', (block) => {
    for (let row = 0; row < block.rows; row++) sum.add(brierOf(block, row, block.probabilities[row * scores.columns + y[block.start + row]!]!));
  });
  return sum.value / scores.rows / (scale === 'half' ? 2 : 1);
}
