import type { Rng } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import type { ScalarPlan } from '../plan/plan.ts';
import { lambdaDraw } from '../policy/draw-lambda.ts';
import { type PerRow, pairWeights, readLambdas } from '../policy/pair.ts';
import { checkIndex } from './kernel.ts';
import type { PartnerSampler } from './partner-sampler.ts';

/** How C-Mixup draws λ, and what it mixes. */
export interface CMixupOptions {
  /** λ ~ Beta(alpha, alpha), alpha > 0. Default 2, as in most of the paper's settings. */
  readonly alpha?: number;
  /** This λ, in [0, 1], instead of a draw. */
  readonly lambda?: number;
  /** One draw for the batch, or one for each mixture. Default 'batch', as in the paper's code. */
  readonly per?: 'batch' | 'sample';
  /** Each pair is mixed both ways, as the paper's code does for satellite images: twice as many mixtures as anchors. Ratios are independent with per: 'sample'. Default false. */
  readonly symmetric?: boolean;
}

export interface CMixupChoice {
  /** [anchors]: the row of each anchor's partner. The anchors are rows 0, 1, … */
  readonly partner: ArrayLike<number>;
  /** Rows that there are, those of the anchors among them. */
  readonly batch: number;
  /** Weight of an anchor, in [0, 1]: one number, or one for each mixture. */
  readonly lambda: PerRow;
  /** Whether each pair is mixed the other way round, too, in the second half of the mixtures, where λ is the partner's weight. Default false. */
  readonly symmetric?: boolean;
}

/** Anchors and their partners, and how they are mixed. */
export interface CMixupDraw {
  /** [2 · anchors]: examples of the training set, the anchors first, then each one's partner. Gather these; `plan.sources` points into them. */
  readonly indices: Int32Array;
  readonly plan: ScalarPlan;
}

/**
 * The plan of C-Mixup for partners and λ that are known: row b is λ x[b] + (1 − λ) x[partner[b]], for labels too.
 *
 * @throws {RangeError} for a partner outside of the batch, more anchors than rows, a λ outside [0, 1]
 */
export function cMixupPlan({ partner, batch, lambda, symmetric = false }: CMixupChoice): ScalarPlan {
  const anchors = partner.length;
  checkWhole('cMixupPlan', 'number of partners', anchors);
  checkWhole('cMixupPlan', 'batch', batch, anchors);
  const pairs = Array.from(partner, (row, anchor) => {
    checkIndex('cMixupPlan', `partner[${anchor}]`, row, batch);
    return [anchor, row];
  });
  const sources = Int32Array.from([...pairs, ...(symmetric ? pairs.map((pair) => pair.toReversed()) : [])].flat());
  const rows = sources.length / 2;
  const lambdas = readLambdas('cMixupPlan', lambda, rows);
  return { kind: 'scalar', batch, rows, k: 2, sources, weights: pairWeights(lambdas, lambdas.length), labelWeights: pairWeights(lambdas, rows) };
}

/** Checks the options of `cMixup` and `batchCMixup` once; the function that comes back draws λ and makes the plan. */
export function cMixupPlans(caller: string, { symmetric = false, ...options }: CMixupOptions): (rng: Rng, partner: Int32Array, batch: number) => ScalarPlan {
  const draw = lambdaDraw(caller, options, { alpha: 2 });
  return (rng, partner, batch) => cMixupPlan({ partner, batch, lambda: draw(rng, partner.length * (symmetric ? 2 : 1)), symmetric });
}

/**
 * C-Mixup: examples are mixed with partners of similar labels, drawn from the whole training set. For regression, where the label of a mixture of very different
 * examples is often wrong. Mix inputs of any rank, or the output of a model stage (`atStage`); mix labels with `mixTargets` (on plain arrays `mixRegressionTargets`).
 *
 *     const sampler = createPartnerSampler(labels, { bandwidth: 0.5 });
 *     const draw = cMixup(sampler);
 *     const { indices, plan } = draw(rng, anchors); // anchors: where a batch is in the training set
 *     const mixed = applyPlan(plan, gather(inputs, indices));
 *
 * Draws the partners first, then λ.
 *
 * Yao, Wang, Zhang, Zou, Finn, "C-Mixup: Improving Generalization in Regression", NeurIPS 2022, arXiv 2210.05775.
 *
 * @returns (rng, anchors [B] in [0, sampler.count)) → partners from the sampler's law, and a plan with batch = 2B and B rows (2B where symmetric)
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1]; while drawing, for no anchors or one out of range
 */
export function cMixup(sampler: PartnerSampler, options: CMixupOptions = {}): (rng: Rng, anchors: ArrayLike<number>) => CMixupDraw {
  const plans = cMixupPlans('cMixup', options);
  return (rng, anchors) => {
    const count = anchors.length;
    checkWhole('cMixup', 'number of anchors', count);
    const partners = sampler.drawMany(anchors, rng);
    const indices = Int32Array.from([...Array.from(anchors), ...partners]);
    return { indices, plan: plans(rng, Int32Array.from(partners, (_, b) => count + b), 2 * count) };
  };
}
