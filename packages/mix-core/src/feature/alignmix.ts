import { uniform } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import type { ScalarPlan } from '../plan/plan.ts';
import { lambdaDraw, type PairOptions } from '../policy/draw-lambda.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import { type MixupChoice, mixupPlan } from '../static/mixup.ts';

export interface AlignmixChoice extends MixupChoice {
  /** Name of the stage whose output [batch, height, width, channels] is mixed. */
  readonly stage: string;
  /** Which of the two is moved to the places of the other: 0 the image itself, 1 its partner. */
  readonly aligned: 0 | 1;
}

/**
 * The plan of AlignMix for partners, λ and a direction that are known: λ A + (1 − λ) A[partner], where the positions of one of the two are moved to those of the other by
 * optimal transport between their features.
 *
 * @throws {RangeError} for a partner outside of the batch, a λ outside [0, 1], a direction other than 0 and 1
 */
export function alignmixPlan({ partner, lambda, stage, aligned }: AlignmixChoice): ScalarPlan {
  if (aligned !== 0 && aligned !== 1) throw new RangeError(`alignmixPlan: aligned must be 0 or 1, got ${String(aligned)}`);
  return { ...mixupPlan({ partner, lambda }), stage, aligned };
}

/**
 * AlignMix: mixup of feature maps whose positions are aligned first (`sinkhornPlan` of `@mixwell/mix-core/tf`). A coin for each batch says which of the two images gives the
 * places. Default of alpha: 2. Draws λ, then partners, then the coin. The authors use it for half of the batches:
 * `oneOf([alignmix({ stage: 'layer4' }), mixup({ alpha: 2 })])`, or `manifoldmix` as the other. `runWithMix` of `@mixwell/mix-core/tf` applies both.
 *
 * Venkataramanan, Kijak, Amsaleg, Avrithis, "AlignMixup: Improving Representations By Interpolating Aligned Features", CVPR 2022, arXiv 2103.15375.
 *
 * @param options `stage`: name of the stage whose output is mixed, a map; the papers' is the last
 * @throws {RangeError} for an empty name, alpha ≤ 0, λ outside [0, 1], an empty batch
 */
export function alignmix({ stage, ...options }: PairOptions & { readonly stage: string }): Policy {
  const { partner: rule = 'permutation' } = options;
  const draw = lambdaDraw('alignmix', options, { alpha: 2 });
  if (stage === '') throw new RangeError('alignmix: stage must be the name of a stage, got an empty one');
  return (rng, batch) => {
    checkWhole('alignmix', 'batch.rows', batch.rows);
    const lambda = draw(rng, batch.rows);
    const partner = drawPartner(rng, batch.rows, rule);
    return alignmixPlan({ partner, lambda, stage, aligned: uniform(rng) < 0.5 ? 0 : 1 });
  };
}
