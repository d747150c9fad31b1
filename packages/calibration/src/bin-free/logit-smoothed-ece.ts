// Chidambaram, Lee, McSwiggen, Rezchikov: How Flawed Is ECE? An Analysis via Logit Smoothing, 2024 (arXiv 2402.10046).
import { integer, normal, type Rng } from '@mixwell/tensor';
import { mean } from '../inputs/compensated-sum.ts';
import { type CalibrationMode, type Events, modeOf, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import type { BinFreeOptions } from './ks-error.ts';

export interface LogitSmoothedEce {
  readonly value: number;
  readonly n: number;
  readonly mode: CalibrationMode;
  readonly sigma: number;
  readonly draws: number;
}

export interface LogitSmoothedEceOptions extends BinFreeOptions {
  readonly rng: Rng;
  /** Standard deviation of the noise, > 0. Default 1 / 15. */
  readonly sigma?: number;
  /** Default 1000. */
  readonly draws?: number;
}

/** Nadaraya–Watson estimate of E[outcome | t] with a Gaussian; the nearest logit has weight 1, so that the sum is never 0. */
function regress(logits: Float64Array, outcome: Int32Array, t: number, sigma: number): number {
  let nearest = Infinity;
  for (const z of logits) nearest = Math.min(nearest, Math.abs(z - t));
  let [weights, happened] = [0, 0];
  for (let i = 0; i < logits.length; i++) {
    const distance = Math.abs(logits[i]! - t);
    const weight = Math.exp(((nearest - distance) * (nearest + distance)) / (2 * sigma * sigma));
    weights += weight;
    happened += weight * outcome[i]!;
  }
  return happened / weights;
}

const logitsOf = ({ confidence }: Events): Float64Array => confidence.map((c) => {
  const p = Math.min(1 - 2 ** -52, Math.max(2 ** -52, c));
  return Math.log(p) - Math.log1p(-p);
});

/**
 * LS-ECE: the mean of |E[outcome | t] − sigmoid(t)| over draws t = logit of a random sample's confidence + noise, E by regression with the noise's density. Continuous in the
 * predictions, unlike ECE. Confidences are clipped to [2⁻⁵², 1 − 2⁻⁵²]. Costs draws · n.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row, or for sigma <= 0 or draws < 1
 */
export function logitSmoothedEce(predictions: Predictions | EventPredictions, labels: ArrayInput, options: LogitSmoothedEceOptions): LogitSmoothedEce {
  const name = 'logitSmoothedEce';
  const { rng, sigma = 1 / 15, draws = 1000 } = options;
  if (!(sigma > 0 && sigma < Infinity)) throw new RangeError(`${name}: sigma must be > 0, got ${sigma}`);
  if (!Number.isInteger(draws) || draws < 1) throw new RangeError(`${name}: draws must be a whole number >= 1, got ${draws}`);
  const events = readEvents(predictions, labels, name, options.mode);
  const logits = logitsOf(events);
  const value = mean(draws, () => {
    const t = logits[integer(rng, 0, logits.length)]! + normal(rng, 0, sigma);
    return Math.abs(regress(logits, events.outcome, t, sigma) - 1 / (1 + Math.exp(-t)));
  });
  return { value, n: logits.length, mode: modeOf(predictions, options.mode, name), sigma, draws };
}
