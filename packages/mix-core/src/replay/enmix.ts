import { checkWhole } from '../check.ts';
import type { ScalarPlan } from '../plan/plan.ts';
import { lambdaDraw, type PairOptions } from '../policy/draw-lambda.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import { type MixupChoice, mixupPlan } from '../static/mixup.ts';

/**
 * The plan of EnMix for partners and λ that are known. Its batch is two augmented views of the same `rows` images, one after the other: image r of the first view is mixed with image
 * partner[r] of the second, λ x[r] + (1 − λ) x[rows + partner[r]]. Labels, too, are given twice over.
 *
 * @throws {RangeError} for a partner outside of the view, a λ outside [0, 1], another number of λ than 1 or the number of partners
 */
export function enmixPlan({ partner, lambda }: Pick<MixupChoice, 'partner' | 'lambda'>): ScalarPlan {
  const plan = mixupPlan({ partner, lambda });
  return { ...plan, batch: 2 * plan.rows, sources: plan.sources.map((source, i) => (i % 2 === 0 ? source : plan.rows + source)) };
}

/**
 * EnMix: mixes two augmented views of a memory batch, given one after the other as one batch of 2 · rows images, into `rows`. An image that meets itself is mixed with its other view and
 * keeps its label. Draws λ ~ Beta(alpha, alpha), one for each pair unless `per` says otherwise, then partners. (Made from the paper's description; its authors published no code.)
 *
 * Fan et al., "DualMix: Unleashing the Potential of Data Augmentation for Online Class-Incremental Learning", arXiv 2303.07864.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], a batch that is not two views
 */
export function enmix(options: PairOptions = {}): Policy {
  const { partner: rule = 'permutation' } = options;
  const draw = lambdaDraw('enmix', { per: 'sample', ...options });
  return (rng, { rows: images }) => {
    checkWhole('enmix', 'batch.rows', images, 2);
    if (images % 2 === 1) throw new RangeError(`enmix: batch.rows must be even, since it holds two views of each image, got ${images}`);
    const lambda = draw(rng, images / 2);
    return enmixPlan({ partner: drawPartner(rng, images / 2, rule), lambda });
  };
}
