// Thulasidasan et al.: On Mixup Training, 2019 (arXiv 1905.11001), equation for OE; UE is its mirror image.
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import { type BinSettings, modeStatistics } from './bin-statistics.ts';
import type { BinMeans } from './bin-totals.ts';
import type { BinOptions } from './bins.ts';

export interface OverUnder {
  /** Σ n_b/n · confidence · max(confidence − accuracy, 0). */
  readonly over: number;
  /** Σ n_b/n · confidence · max(accuracy − confidence, 0). */
  readonly under: number;
  /** Mean confidence − accuracy: > 0 is too sure. No bins in it. */
  readonly signed: number;
}

export interface OverUnderConfidence extends OverUnder, BinSettings {
  readonly n: number;
}

export function overUnderOf({ n, count, confidence, accuracy }: BinMeans): OverUnder {
  let [over, under, signed] = [0, 0, 0];
  for (let bin = 0; bin < count.length; bin++) {
    const share = count[bin]! / n;
    const gap = confidence[bin]! - accuracy[bin]!;
    over += share * confidence[bin]! * Math.max(gap, 0);
    under += share * confidence[bin]! * Math.max(-gap, 0);
    signed += share * gap;
  }
  return { over, under, signed };
}

/**
 * In which direction confidence errs. Networks trained with mixup tend to `under`, without to `over`. In mode 'classwise' the means over classes.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row
 */
export function overUnderConfidence(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions = {}): OverUnderConfidence {
  const { sets, settings } = modeStatistics(predictions, labels, options, 'overUnderConfidence');
  const each = sets.map(overUnderOf);
  const mean = (pick: (part: OverUnder) => number): number => each.reduce((sum, part) => sum + pick(part), 0) / each.length;
  return { over: mean(({ over }) => over), under: mean(({ under }) => under), signed: mean(({ signed }) => signed), n: sets[0]!.n, ...settings };
}
