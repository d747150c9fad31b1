import { integer, uniform } from '@mixwell/tensor';
import { drawsPer, type ShareOptions } from '../policy/draws-per.ts';
import { readSize } from '../policy/evidence.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import { gaussianKeep } from './gaussian-keep.ts';
import { maskPlan, stackMasks } from './mask-plan.ts';

/**
 * SmoothMix: the partner shows through a soft round spot. Its centre is a uniformly drawn pixel, its σ uniform in [height/4, height/2]; there is no λ to draw. Labels count by the mean of
 * the mask. (The authors' code, and openmixup's after it, gives the two labels each other's weight; that is a mistake and not offered.) Draws partners first, then for each mask row,
 * column and σ. Any size, down to 1 × 1. For plans from choices of your own: `maskPlan` with `gaussianKeep`.
 *
 * Lee, Zaheer, Astrid, Lee, "SmoothMix: a Simple Yet Effective Data Augmentation to Train Robust Classifiers", CVPR Workshops 2020.
 *
 * @throws {RangeError} for an unknown rule, an empty batch
 */
export function smoothmix(options: ShareOptions = {}): Policy {
  const { partner: rule = 'permutation' } = options;
  const draws = drawsPer('smoothmix', options);
  return (rng, batch) => {
    const [rows, height, width] = readSize('smoothmix', batch);
    const partner = drawPartner(rng, rows, rule);
    const masks = draws(rows, () => {
      const pixel = [integer(rng, 0, height), integer(rng, 0, width)] as const;
      return gaussianKeep(height, width, pixel, (0.25 + uniform(rng) / 4) * height);
    });
    return maskPlan({ height, width, partner, keep: stackMasks(masks) });
  };
}
