import { checkShare } from '../check.ts';

/** How AdpMix mixes the labels of an old and a new image. */
export interface RatioOptions {
  /**
   * 'counts': μ leans to the rarer class, by the ratio of counts to the power of `gamma`. 'remix': μ is 0 or 1 where counts differ by a factor of `kappa` and the rarer class has less than
   * `tau` of the image, else λ (Chou et al., "Remix", 2020, arXiv 2007.03943). 'plain': λ. 'confidence': as 'counts', with mean predicted probabilities of the classes in place of counts.
   * Default 'counts'.
   */
  readonly rule?: 'counts' | 'remix' | 'plain' | 'confidence';
  /** In [0, 1]: 0 leaves λ as it is. Default 0.5. */
  readonly gamma?: number;
  /** > 1, for 'remix'. Default 3. */
  readonly kappa?: number;
  /** In [0, 1], for 'remix'. Default 0.5. */
  readonly tau?: number;
}

/** @throws {RangeError} for an unknown rule or parameters out of range */
export function checkRatio(caller: string, { rule = 'counts', gamma = 0.5, kappa = 3, tau = 0.5 }: RatioOptions): void {
  if (!['counts', 'remix', 'plain', 'confidence'].includes(rule)) throw new RangeError(`${caller}: rule must be 'counts', 'remix', 'plain' or 'confidence', got '${rule}'`);
  checkShare(caller, 'gamma', gamma);
  if (!(kappa > 1)) throw new RangeError(`${caller}: kappa must be > 1, got ${kappa}`);
  checkShare(caller, 'tau', tau);
}

/** What a class counts; one without examples as one with a single example. */
function strength(rule: string, name: string, value: number): number {
  if (rule === 'confidence') {
    if (!(value > 0 && value <= 1)) throw new RangeError(`adpmixRatio: ${name} must be in (0, 1] for rule 'confidence', got ${value}`);
    return value;
  }
  if (!(value >= 0 && value < Infinity)) throw new RangeError(`adpmixRatio: ${name} must be >= 0 and finite, got ${value}`);
  return value === 0 ? 1 : value;
}

/** λ nᵞ / (λ nᵞ + (1 − λ) oᵞ) as a logistic function, which neither overflows nor divides zeros. */
function balanced(lambda: number, old: number, fresh: number, gamma: number): number {
  if (lambda === 0 || lambda === 1) return lambda;
  const logit = Math.log(lambda) - Math.log1p(-lambda) + gamma * (Math.log(fresh) - Math.log(old));
  const odds = Math.exp(-Math.abs(logit));
  return (logit > 0 ? 1 : odds) / (1 + odds);
}

function remixed(lambda: number, ratio: number, kappa: number, tau: number): number {
  if (ratio >= kappa && lambda < tau) return 0;
  return ratio <= 1 / kappa && 1 - lambda < tau ? 1 : lambda;
}

/**
 * μ, what the label of the old image counts where the image itself counts λ; the new one's counts 1 − μ. New classes, which the stream is full of, get less than their share, so that the
 * decision boundary moves back towards them.
 *
 * Fan et al., "DualMix", arXiv 2303.07864, as reconstructed: μ = λ nᵞ / (λ nᵞ + (1 − λ) oᵞ) for counts o and n of the old and the new class.
 *
 * @param lambda share of the old image, in [0, 1]
 * @param old count of the old class, ≥ 0 (0 counts as 1), or its mean predicted probability, in (0, 1]
 * @param fresh likewise of the new class
 * @throws {RangeError} for values out of range
 */
export function adpmixRatio(lambda: number, old: number, fresh: number, options: RatioOptions = {}): number {
  checkRatio('adpmixRatio', options);
  checkShare('adpmixRatio', 'lambda', lambda);
  const { rule = 'counts', gamma = 0.5, kappa = 3, tau = 0.5 } = options;
  const [o, n] = [strength(rule, 'old', old), strength(rule, 'fresh', fresh)];
  if (rule === 'plain') return lambda;
  return rule === 'remix' ? remixed(lambda, o / n, kappa, tau) : balanced(lambda, o, n, gamma);
}
