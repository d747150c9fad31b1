import { normal, uniform } from '@mixwell/tensor';
import { checkAlpha } from '../check.ts';
import type { MaskPlan } from '../plan/plan.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { drawsPer } from '../policy/draws-per.ts';
import { readSize } from '../policy/evidence.ts';
import { pairWeights, type PerRow, readLambdas } from '../policy/pair.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import { checkMaxSoft, fmixMask } from './fmix-mask.ts';
import { type MaskChoice, maskPlan, stackMasks } from './mask-plan.ts';

export interface FmixChoice extends MaskChoice {
  /** What each image's own label counts: one number, or one for each row. */
  readonly lambda: PerRow;
}

export interface FmixOptions extends PairOptions {
  /** Amplitudes fall as frequency^(−decay): small values make specks, large ones a single edge. Default 3. */
  readonly decay?: number;
  /** Share of the image, in [0, 0.5], over which the mask falls from 1 to 1/2, and again to 0. Default 0, a hard edge. */
  readonly maxSoft?: number;
  /** 'reference' for the masks of the authors' code, see `lowFrequencyImage`. Default 'paper'. */
  readonly spectrum?: 'paper' | 'reference';
  /** Draws λ ~ Beta(alpha + 1, alpha): an image counts more than its partner on average. Default false. */
  readonly reformulate?: boolean;
}

/**
 * The plan of FMix for partners, masks and λ that are known. Labels count by λ, from which the mean of a mask of `fmixMask` differs by less than a pixel.
 *
 * @throws {RangeError} as `maskPlan`, and for another number of λ than 1 or the number of partners
 */
export function fmixPlan({ lambda, ...choice }: FmixChoice): MaskPlan {
  const plan = maskPlan(choice);
  return { ...plan, labelWeights: pairWeights(readLambdas('fmixPlan', lambda, plan.rows), plan.rows) };
}

/**
 * FMix: the partner shows through an irregular region of a random image of low frequencies, whose area is 1 − λ, λ ~ Beta(alpha, alpha). Draws λ first, then partners, then for each mask
 * the noise and the rounding. Each mask costs a two-dimensional Fourier transform. Any size, odd ones too, down to 1 × 1.
 *
 * Harris, Marcu, Painter, Niranjan, Prügel-Bennett, Hare, "FMix: Enhancing Mixed Sample Data Augmentation", arXiv 2002.12047.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], maxSoft outside [0, 0.5], an empty batch; for `spectrum: 'reference'`, images of one row
 * @throws {TypeError} for `lambda` together with `alpha` or `reformulate`
 */
export function fmix(options: FmixOptions = {}): Policy {
  const { alpha = 1, partner: rule = 'permutation', decay = 3, maxSoft = 0, spectrum = 'paper', reformulate = false } = options;
  if (reformulate && options.lambda !== undefined) throw new TypeError('fmix: takes lambda or reformulate, got both');
  checkAlpha('fmix', alpha);
  const draw = reformulate ? lambdaDraw('fmix', { ...options, alpha: alpha + 1 }, { beta: alpha }) : lambdaDraw('fmix', options);
  const draws = drawsPer('fmix', options);
  checkMaxSoft('fmix', maxSoft);
  return (rng, batch) => {
    const [rows, height, width] = readSize('fmix', batch);
    const lambda = draw(rng, rows);
    const lambdas = lambdaList(lambda);
    const partner = drawPartner(rng, rows, rule);
    const masks = draws(rows, (row) => {
      const noise = Float64Array.from({ length: height * (Math.floor(width / 2) + 1) * 2 }, () => normal(rng));
      return fmixMask({ height, width, noise, lambda: lambdas[row]!, u: uniform(rng), decay, maxSoft, spectrum });
    });
    return fmixPlan({ height, width, partner, keep: stackMasks(masks), lambda });
  };
}
