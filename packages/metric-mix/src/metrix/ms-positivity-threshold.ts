import { checkFinite, checkPositive, checkShare } from '../check.ts';

/** @throws {RangeError} for a λ outside [0, 1], or what `multiSimilarity` refuses */
export function checkMsPositivity(caller: string, lambda: number, beta: number, gamma: number, m: number): void {
  checkShare(caller, 'lambda', lambda);
  checkPositive(caller, 'beta', beta);
  checkPositive(caller, 'gamma', gamma);
  checkFinite(caller, 'm', m);
}

/**
 * The similarity up to which one mixture with label λ is drawn towards its anchor by the multi-similarity loss: ∂ℓ̃/∂s ≤ 0 where s ≤ m + ln(λ / (1 − λ)) / (β + γ). The share of mixtures below it, over λ, is how often
 * they act as positives.
 *
 * Venkataramanan et al., "It Takes Two to Tango: Mixup for Deep Metric Learning", ICLR 2022, arXiv 2106.04990.
 *
 * @param lambda in [0, 1]; −∞ comes out at 0, ∞ at 1
 * @param options those of `multiSimilarity`: beta > 0 (default 18), gamma > 0 (default 75), m (default 0.77)
 * @throws {RangeError} for other values
 */
export function msPositivityThreshold(lambda: number, { beta = 18, gamma = 75, m = 0.77 }: { readonly beta?: number; readonly gamma?: number; readonly m?: number } = {}): number {
  checkMsPositivity('msPositivityThreshold', lambda, beta, gamma, m);
  return m + Math.log(lambda / (1 - lambda)) / (beta + gamma);
}
