import { checkShare, checkWhole } from '../check.ts';
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
  /** What the image's own label counts in the mixed label, in [0, 1]: one number, or one for each row. Default: λ. */
  readonly labelLambda?: PerRow;
}

export interface MixupOptions extends PairOptions {
  /** What the image's own label counts: a number in [0, 1], or a function of λ such as those of `labelMap`. Default: λ. */
  readonly labelLambda?: number | ((lambda: number) => number);
}

/**
 * The plan of mixup for partners and λ that are known: λ x + (1 − λ) x[partner].
 *
 * Zhang, Cisse, Dauphin, Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", ICLR 2018, arXiv 1710.09412. A ratio of labels apart from that of the inputs: Zou, Cao, Li, Gu, "The
 * Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433.
 *
 * @throws {RangeError} for a partner outside of the batch, a λ outside [0, 1], another number of λ than of partners
 */
export function mixupPlan({ partner, lambda, labelLambda = lambda }: MixupChoice): ScalarPlan {
  const sources = pairSources('mixupPlan', partner);
  const rows = partner.length;
  const lambdas = readLambdas('mixupPlan', lambda, rows);
  const labelLambdas = readLambdas('mixupPlan', labelLambda, rows, 'labelLambda');
  return { kind: 'scalar', batch: rows, rows, k: 2, sources, weights: pairWeights(lambdas, lambdas.length), labelWeights: pairWeights(labelLambdas, rows) };
}

function labelRatio(lambda: PerRow, rule: MixupOptions['labelLambda']): PerRow {
  if (typeof rule !== 'function') return rule ?? lambda;
  return typeof lambda === 'number' ? rule(lambda) : Array.from(lambda, (value) => rule(value));
}

/**
 * Mixup: each image is averaged with its partner, λ ~ Beta(alpha, alpha). A permutation may leave images in place: those stay unmixed. Draws λ first, then partners. Works for
 * inputs of any rank.
 *
 * With `labelLambda` labels are mixed by a ratio of their own. Below 1/2 where λ is above it, the partner's label counts most; 1 does not mix labels, which loses what mixup is for.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], an empty batch
 */
export function mixup(options: MixupOptions = {}): Policy {
  const { partner = 'permutation', labelLambda } = options;
  if (typeof labelLambda === 'number') checkShare('mixup', 'labelLambda', labelLambda);
  const draw = lambdaDraw('mixup', options);
  return (rng, batch) => {
    checkWhole('mixup', 'batch.rows', batch.rows);
    const lambda = draw(rng, batch.rows);
    return mixupPlan({ partner: drawPartner(rng, batch.rows, partner), lambda, labelLambda: labelRatio(lambda, labelLambda) });
  };
}
