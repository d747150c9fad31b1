import { checkWhole } from '../check.ts';
import { pairSources, pairWeights } from '../policy/pair.ts';
import type { MaskPlan } from '../plan/plan.ts';

export interface MaskChoice {
  /** Size of the mask, which may be coarser than the image. */
  readonly height: number;
  readonly width: number;
  /** [rows]: the image that shows where the mask is 0. */
  readonly partner: ArrayLike<number>;
  /** [height, width] shared by all rows, or [rows, height, width]: weight of the image itself, in [0, 1]. */
  readonly keep: ArrayLike<number>;
  /** How a coarse mask grows to the image. Default 'nearest'. */
  readonly upsampling?: 'nearest' | 'bilinear';
}

/** Masks one after the other, as `keep` of `maskPlan` takes them. */
export function stackMasks(masks: readonly Float64Array[]): Float64Array {
  const stacked = new Float64Array(masks.reduce((sum, mask) => sum + mask.length, 0));
  masks.forEach((mask, i) => { stacked.set(mask, i * mask.length); });
  return stacked;
}

/**
 * The plan of any mask: keep · x + (1 − keep) · x[partner]. Labels count by the mean of the mask.
 *
 * @throws {RangeError} for a partner outside of the batch, a mask of another size, values outside [0, 1]
 */
export function maskPlan({ height, width, partner, keep, upsampling = 'nearest' }: MaskChoice): MaskPlan {
  const sources = pairSources('maskPlan', partner);
  const rows = partner.length;
  checkWhole('maskPlan', 'height', height);
  checkWhole('maskPlan', 'width', width);
  const size = height * width;
  if (keep.length !== size && keep.length !== rows * size) throw new RangeError(`maskPlan: keep must have ${size} or ${rows} · ${size} values, got ${keep.length}`);
  const lambdas = new Float64Array(keep.length / size);
  for (let i = 0; i < keep.length; i++) {
    const weight = keep[i]!;
    if (!(weight >= 0 && weight <= 1)) throw new RangeError(`maskPlan: keep[${i}] must be in [0, 1], got ${weight}`);
    lambdas[Math.floor(i / size)]! += weight;
  }
  for (let row = 0; row < lambdas.length; row++) lambdas[row] = Math.min(lambdas[row]! / size, 1); // rounding may lead beyond
  return { kind: 'mask', batch: rows, rows, k: 2, height, width, sources, masks: pairWeights(keep, keep.length), upsampling, labelWeights: pairWeights(lambdas, rows) };
}
