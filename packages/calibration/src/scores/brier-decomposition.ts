// Murphy: A new vector partition of the probability score, 1973; Stephenson, Coelho, Jolliffe: Two extra components in the Brier score decomposition, 2008.
import { type BinSettings, binOptions, statisticsOf } from '../binned/bin-statistics.ts';
import type { BinOptions } from '../binned/bins.ts';
import { compensatedSum, mean } from '../inputs/compensated-sum.ts';
import { classEvents, type Events, modeOf, readClassified, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';

/** f is a confidence, o its outcome, f̄_b and ō_b their means in bin b, ō the mean outcome. */
export interface BrierParts {
  /** Mean (f − o)². */
  readonly score: number;
  /** Σ n_b/n (f̄_b − ō_b)²: 0 for calibrated predictions. */
  readonly reliability: number;
  /** Σ n_b/n (ō_b − ō)²: how far bins differ; larger is better. */
  readonly resolution: number;
  /** ō (1 − ō). */
  readonly uncertainty: number;
  /** Mean (f − f̄_b)². */
  readonly withinBinVariance: number;
  /** 2 · mean (f − f̄_b)(o − ō_b). */
  readonly withinBinCovariance: number;
}

/** score = reliability − resolution + uncertainty + withinBinVariance − withinBinCovariance, to rounding. */
export interface BrierDecomposition extends BrierParts, BinSettings {
  readonly n: number;
}

function partsOf(events: Events, options: ReturnType<typeof binOptions>): BrierParts {
  const { confidence, outcome } = events;
  const n = confidence.length;
  const { count, confidence: f, accuracy: o, index } = statisticsOf(events, options);
  const happened = outcome.reduce((sum, x) => sum + x, 0) / n;
  const [reliability, resolution] = [compensatedSum(), compensatedSum()];
  for (let bin = 0; bin < count.length; bin++) {
    reliability.add((count[bin]! / n) * (f[bin]! - o[bin]!) ** 2);
    resolution.add((count[bin]! / n) * (o[bin]! - happened) ** 2);
  }
  return {
    score: mean(n, (i) => (confidence[i]! - outcome[i]!) ** 2),
    reliability: reliability.value,
    resolution: resolution.value,
    uncertainty: happened * (1 - happened),
    withinBinVariance: mean(n, (i) => (confidence[i]! - f[index[i]!]!) ** 2),
    withinBinCovariance: 2 * mean(n, (i) => (confidence[i]! - f[index[i]!]!) * (outcome[i]! - o[index[i]!]!)),
  };
}

/**
 * The Brier score of yes/no events in five parts over bins: of the most probable class ('top-label'), of class 1 ('binary'), or the sum over all classes ('classwise';
 * its `score` is then `brierScore`).
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row, or for interpolated bins, which leave a sample out
 */
export function brierDecomposition(predictions: Predictions | EventPredictions, labels: ArrayInput, options: BinOptions = {}): BrierDecomposition {
  const name = 'brierDecomposition';
  const full = binOptions(options, name);
  if (full.binning === 'interpolated') throw new RangeError(`${name}: binning must be width or mass, got interpolated`);
  const mode = modeOf(predictions, options.mode, name);
  const settings = (n: number) => ({ n, bins: full.binning === 'mass' ? Math.min(full.bins, n) : full.bins, rule: full.rule, binning: full.binning, mode });
  if (mode !== 'classwise' || 'confidence' in predictions) {
    const events = readEvents(predictions, labels, name, mode === 'binary' ? mode : 'top-label');
    return { ...partsOf(events, full), ...settings(events.confidence.length) };
  }
  const { matrix, labels: y } = readClassified(predictions, labels, name);
  const parts = Array.from({ length: matrix.columns }, (_, k) => partsOf(classEvents(matrix, y, k), full));
  const total = (pick: (part: BrierParts) => number): number => parts.reduce((sum, part) => sum + pick(part), 0);
  return {
    score: total(({ score }) => score),
    reliability: total(({ reliability }) => reliability),
    resolution: total(({ resolution }) => resolution),
    uncertainty: total(({ uncertainty }) => uncertainty),
    withinBinVariance: total(({ withinBinVariance }) => withinBinVariance),
    withinBinCovariance: total(({ withinBinCovariance }) => withinBinCovariance),
    ...settings(matrix.rows),
  };
}
