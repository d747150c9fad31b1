// Platt: Probabilistic outputs for support vector machines, 1999; Lin, Lin, Weng: A note on Platt's probabilistic outputs, 2007.
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { ArrayInput } from '../../inputs/predictions.ts';
import { fitLogistic } from './logistic-regression.ts';
import { readBinaryScores, readScored, smoothedRate, whyConstant } from './scores.ts';

/** 1 / (1 + exp(a s + b)): plain data that survives JSON. */
export interface PlattCalibrator {
  readonly type: 'platt';
  readonly version: 1;
  /** Below 0 where larger scores mean more events. */
  readonly a: number;
  readonly b: number;
  readonly warnings: readonly string[];
}

/**
 * Platt scaling with his smoothed targets (N₊ + 1) / (N₊ + 2) and 1 / (N₋ + 2).
 *
 * @param scores `[n]`, any finite numbers: a logit is better than a probability, on which the identity is no such map
 * @param outcomes `[n]`, 0 or 1
 * @throws RangeError naming the first bad row
 */
export function fitPlatt(scores: ArrayInput, outcomes: ArrayInput): PlattCalibrator {
  const scored = readScored(scores, outcomes, false, 'fitPlatt');
  const fixed = { type: 'platt', version: 1 } as const;
  const constant = whyConstant(scored);
  if (constant !== undefined) {
    const rate = smoothedRate(scored.outcomes);
    return { ...fixed, a: 0, b: Math.log((1 - rate) / rate), warnings: [constant] };
  }
  const events = scored.outcomes.reduce((sum, o) => sum + o, 0);
  const [yes, no] = [(events + 1) / (events + 2), 1 / (scored.outcomes.length - events + 2)];
  const { coefficients: [slope], intercept, converged } = fitLogistic([scored.scores], Float64Array.from(scored.outcomes, (o) => (o === 1 ? yes : no)), true);
  return { ...fixed, a: -slope!, b: -intercept, warnings: converged ? [] : ['the fit did not converge'] };
}

/** Probabilities `[n]` of scores `[n]`. */
export function applyPlatt({ a, b }: Pick<PlattCalibrator, 'a' | 'b'>, scores: ArrayInput): HostTensor<'float64'> {
  const read = readBinaryScores(scores, false, 'applyPlatt');
  return hostTensor('float64', [read.length], read.map((s) => 1 / (1 + Math.exp(a * s + b))));
}
