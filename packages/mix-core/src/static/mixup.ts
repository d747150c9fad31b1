import { checkWhole } from '../check.ts';
import { lambdaDraw, type PairOptions } from '../policy/draw-lambda.ts';
import { pairSources, pairWeights, type PerRow, readLambdas } from '../policy/pair.ts';
import { drawPartner } from '../policy/partner.ts';
import type { ScalarPlan } from '../plan/plan.ts';
import type { Policy } from '../policy/policy.ts';

export interface MixupChoice {
  /** [rows]: the image that each image is mixed with. */
  readonly partner: ArrayLike<number>;
  /** Weight of the image itself, in [0, 1]: one number for all rows, or one for each. */
  readonly lambda: PerRow;
}

/**
 * The plan of mixup for partners and λ that are known: λ x + (1 − λ) x[partner].
 *
 * Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", ICLR 2018, arXiv 1710.09412.
 *
 * @throws {RangeError} for a partner outside of the batch, a λ outside [0, 1], another number of λ than of partners
 */
export function mixupPlan({ partner, lambda }: MixupChoice): ScalarPlan {
  const sources = pairSources('mixupPlan', partner);
  const rows = partner.length;
  const lambdas = readLambdas('mixupPlan', lambda, rows);
  return { kind: 'scalar', batch: rows, rows, k: 2, sources, weights: pairWeights(lambdas, lambdas.length), labelWeights: pairWeights(lambdas, rows) };
}

/**
 * Mixup: each image is averaged with its partner, λ ~ Beta(alpha, alpha). A permutation may leave images in place: those stay unmixed. Draws λ first, then partners. Works for
 * inputs of any rank.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], an empty batch
 */
export function mixup(options: PairOptions = {}): Policy {
  const { partner = 'permutation' } = options;
  const draw = lambdaDraw('mixup', options);
  return (rng, batch) => {
    checkWhole('mixup', 'batch.rows', batch.rows);
    const lambda = draw(rng, batch.rows);
    return mixupPlan({ partner: drawPartner(rng, batch.rows, partner), lambda });
  };
}
