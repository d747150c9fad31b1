import { checkPositive, checkShare, checkWhole } from '../input/check.ts';
import { mixedTarget } from './mixed-target.ts';
import { type EtfProblem, optimalEtfLogits } from './optimal-etf-logits.ts';

export interface ChannelTheoryOptions extends EtfProblem {
  /** C, at least 2. */
  readonly numClasses: number;
  /** Weights of the first class, in [0, 1]. */
  readonly lambdas: ArrayLike<number>;
}

/** The optimal features of two classes i and j, for each λ. */
export interface ChannelTheory {
  /** Component along the decision boundary, on (w_i + w_j) / |w_i + w_j|, `[lambdas]`. NaN for two classes, whose rows are opposite. */
  readonly along: Float64Array;
  /** Component across it, on (w_i − w_j) / |w_i − w_j|, `[lambdas]`. */
  readonly across: Float64Array;
  /** Length of the features of one class. */
  readonly sameClassNorm: number;
  /** |h(1/2)| over that of the midpoint of the two classes' features: above 1, below 2, growing as μ falls. NaN for two classes. */
  readonly amplification: number;
}

/**
 * Shape of the channel that mixup with cross entropy makes of two classes under a simplex ETF.
 *
 * Fisher, Meng, Papyan, ICLR 2024, arXiv 2402.06171, in closed form up to one root: logits of the optimum are the products w_k · h, so components follow from them.
 *
 * @throws {RangeError} for fewer than two classes, norm or mu ≤ 0, a λ outside [0, 1]
 */
export function channelTheory({ numClasses: classes, norm, mu, lambdas }: ChannelTheoryOptions): ChannelTheory {
  checkWhole('channelTheory', 'numClasses', classes, 2);
  checkPositive('channelTheory', 'norm', norm);
  checkPositive('channelTheory', 'mu', mu);
  Array.from(lambdas, (lambda, i) => checkShare('channelTheory', `lambdas[${i}]`, lambda));
  const logitsAt = (lambda: number): Float64Array => optimalEtfLogits(mixedTarget(classes, { classA: 0, classB: 1, lambda }), { norm, mu }).logits;
  const sum = norm * Math.sqrt((2 * (classes - 2)) / (classes - 1));
  const difference = norm * Math.sqrt((2 * classes) / (classes - 1));
  const logits = Array.from(lambdas, logitsAt);
  const [same, half] = [logitsAt(1), logitsAt(0.5)];
  return {
    along: Float64Array.from(logits, (z) => (classes === 2 ? NaN : (z[0]! + z[1]!) / sum)),
    across: Float64Array.from(logits, (z) => (z[0]! - z[1]!) / difference),
    sameClassNorm: same[0]! / norm,
    amplification: classes === 2 ? NaN : (half[0]! + half[1]!) / (same[0]! + same[1]!),
  };
}
