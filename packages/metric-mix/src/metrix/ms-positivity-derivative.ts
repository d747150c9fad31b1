import { checkFinite } from '../check.ts';
import { checkMsPositivity } from './ms-positivity-threshold.ts';

/** x eᶻ / (1 + x eᶻ), without overflow. */
const saturated = (x: number, z: number): number => (x === 0 ? 0 : 1 / (1 + Math.exp(-z - Math.log(x))));

/**
 * The derivative by its similarity s of the multi-similarity loss of one mixture with label λ: −λ e^{−β(s − m)} / (1 + λ e^{−β(s − m)}) + (1 − λ) e^{γ(s − m)} / (1 + (1 − λ) e^{γ(s − m)}),
 * in [−1, 1]. It is ≤ 0, so that the mixture is drawn towards its anchor, up to `msPositivityThreshold`.
 *
 * Venkataramanan et al., "It Takes Two to Tango: Mixup for Deep Metric Learning", ICLR 2022, arXiv 2106.04990.
 *
 * @param lambda in [0, 1]
 * @param options those of `multiSimilarity`: beta > 0 (default 18), gamma > 0 (default 75), m (default 0.77)
 * @throws {RangeError} for other values
 */
export function msPositivityDerivative(similarity: number, lambda: number, { beta = 18, gamma = 75, m = 0.77 }: { readonly beta?: number; readonly gamma?: number; readonly m?: number } = {}): number {
  checkFinite('msPositivityDerivative', 'similarity', similarity);
  checkMsPositivity('msPositivityDerivative', lambda, beta, gamma, m);
  return saturated(1 - lambda, gamma * (similarity - m)) - saturated(lambda, -beta * (similarity - m));
}
