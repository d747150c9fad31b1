// Thulasidasan et al.: On Mixup Training, 2019 (arXiv 1905.11001), equation for OE; UE is its mirror image.
import { type BinOptions, statisticsOf } from './bins.ts';
import { readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';

export interface OverUnderConfidence {
  /** Σ n_b/n · confidence · max(confidence − accuracy, 0). */
  readonly over: number;
  /** Σ n_b/n · confidence · max(accuracy − confidence, 0). */
  readonly under: number;
  /** Mean confidence − accuracy: > 0 is too sure. No bins in it. */
  readonly signed: number;
}

/**
 * In which direction confidence errs. Networks trained with mixup tend to `under`, without to `over`.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 */
export function overUnderConfidence(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions = {}): OverUnderConfidence {
  const name = 'overUnderConfidence';
  const { n, count, confidence, accuracy } = statisticsOf(readEvents(predictions, labels, name), options, name);
  let [over, under, signed] = [0, 0, 0];
  for (let bin = 0; bin < count.length; bin++) {
    const share = (count[bin] as number) / n;
    const conf = confidence[bin] as number;
    const gap = conf - (accuracy[bin] as number);
    over += share * conf * Math.max(gap, 0);
    under += share * conf * Math.max(-gap, 0);
    signed += share * gap;
  }
  return { over, under, signed };
}
