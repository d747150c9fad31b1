// Kull, Silva Filho, Flach: Beta calibration: a well-founded and easily implemented improvement on logistic calibration for binary classifiers, 2017.
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { ArrayInput } from '../../inputs/predictions.ts';
import { fitLogistic, type LogisticFit } from './logistic-regression.ts';
import { readBinaryScores, readScored, smoothedRate, whyConstant } from './scores.ts';

/** logit q = a log p − b log(1 − p) + c: plain data that survives JSON. */
export interface BetaCalibrator {
  readonly type: 'beta';
  readonly version: 1;
  /** At least 0. */
  readonly a: number;
  /** At least 0. */
  readonly b: number;
  readonly c: number;
  readonly warnings: readonly string[];
}

export interface FitBetaOptions {
  /** 'abm': all three; 'am': a = b; 'ab': c such that 1/2 stays 1/2. Default 'abm'. */
  readonly variant?: 'abm' | 'am' | 'ab';
}

/** Probabilities nearer to 0 or 1 than this count as that. */
export const margin: number = 2 ** -52;
const clip = (p: number): number => Math.min(1 - margin, Math.max(margin, p));

type Parameters = Pick<BetaCalibrator, 'a' | 'b' | 'c'>;

/** The best map on each face of a, b ≥ 0; the first is the inside. */
function faces(p: Float64Array, outcomes: Int32Array, variant: 'abm' | 'am' | 'ab'): readonly (Parameters & Pick<LogisticFit, 'nll' | 'converged'>)[] {
  const [log, minusLog1m] = [p.map(Math.log), p.map((x) => -Math.log1p(-x))];
  const both = log.map((x, i) => x + minusLog1m[i]!);
  // log 2p and −log 2(1 − p): both are 0 at p = 1/2
  const halves: readonly Float64Array[] = [log.map((x) => x + Math.LN2), minusLog1m.map((x) => x - Math.LN2)];
  const through = (columns: readonly Float64Array[], toParameters: (w: readonly number[], intercept: number) => Parameters) => {
    const { coefficients, intercept, nll, converged } = fitLogistic(columns, outcomes, variant !== 'ab');
    return { ...toParameters(coefficients, intercept), nll, converged };
  };
  const atHalf = (a: number, b: number): Parameters => ({ a, b, c: (a - b) * Math.LN2 });
  if (variant === 'am') return [through([both], ([a = 0], c) => ({ a, b: a, c })), through([], (_, c) => ({ a: 0, b: 0, c }))];
  if (variant === 'ab') return [through(halves, ([a = 0, b = 0]) => atHalf(a, b)), through([halves[1]!], ([b = 0]) => atHalf(0, b)), through([halves[0]!], ([a = 0]) => atHalf(a, 0)), through([], () => atHalf(0, 0))];
  return [
    through([log, minusLog1m], ([a = 0, b = 0], c) => ({ a, b, c })),
    through([minusLog1m], ([b = 0], c) => ({ a: 0, b, c })),
    through([log], ([a = 0], c) => ({ a, b: 0, c })),
    through([], (_, c) => ({ a: 0, b: 0, c })),
  ];
}

/**
 * Beta calibration: of all such maps with a, b ≥ 0 the one of least NLL. The identity is one of them (a = b = 1, c = 0).
 *
 * @param scores `[n]` probabilities in [0, 1], kept 2⁻⁵² away from 0 and 1
 * @param outcomes `[n]`, 0 or 1
 * @throws RangeError naming the first bad row
 */
export function fitBeta(scores: ArrayInput, outcomes: ArrayInput, { variant = 'abm' }: FitBetaOptions = {}): BetaCalibrator {
  if (!['abm', 'am', 'ab'].includes(variant)) throw new RangeError(`fitBeta: variant must be 'abm', 'am' or 'ab', got '${variant}'`);
  const scored = readScored(scores, outcomes, true, 'fitBeta');
  const fixed = { type: 'beta', version: 1 } as const;
  const constant = whyConstant(scored);
  if (constant !== undefined) {
    const rate = smoothedRate(scored.outcomes);
    return { ...fixed, a: 0, b: 0, c: Math.log(rate / (1 - rate)), warnings: [constant] };
  }
  const feasible = faces(scored.scores.map(clip), scored.outcomes, variant).filter(({ a, b }) => a >= 0 && b >= 0);
  const { a, b, c, converged, nll } = feasible.reduce((best, face) => (face.nll < best.nll ? face : best));
  const separated = nll * scored.outcomes.length < Math.LN2;
  const warnings = separated ? ['no optimum: the scores separate the outcomes, so that the NLL falls for ever as a and b grow'] : converged ? [] : ['the fit did not converge'];
  return { ...fixed, a, b, c, warnings };
}

/** Probabilities `[n]` of probabilities `[n]`. */
export function applyBeta({ a, b, c }: Parameters, scores: ArrayInput): HostTensor<'float64'> {
  const read = readBinaryScores(scores, true, 'applyBeta').map(clip);
  return hostTensor('float64', [read.length], read.map((p) => 1 / (1 + Math.exp(b * Math.log1p(-p) - a * Math.log(p) - c))));
}
