import type { MaskPlan } from '../plan/plan.ts';
import { readSize } from '../policy/evidence.ts';
import { type Batch, definePolicy, type Policy } from '../policy/policy.ts';
import { maskPlan } from '../static/mask-plan.ts';
import { type BlurOptions, gaussianBlur } from './blur.ts';
import { distances, oneCycle } from './pairing.ts';
import { allRows, mapNeeds, type MapOptions, pixelMaps } from './pixel-maps.ts';
import { toUnitMap } from './unit-map.ts';

export interface GuidedmixupOptions extends MapOptions, BlurOptions {}

/** The maps as they are compared: blurred, with sum 1. */
export function guidedMaps(caller: string, batch: Batch, options: GuidedmixupOptions): readonly Float64Array[] {
  const [rows, height, width] = readSize(caller, batch);
  const blur = gaussianBlur(caller, options);
  return pixelMaps(caller, batch, options, allRows(rows)).map((map) => toUnitMap(blur(map, height, width)));
}

function planGuided(caller: string, batch: Batch, options: GuidedmixupOptions): MaskPlan {
  const [rows, height, width] = readSize(caller, batch);
  const maps = guidedMaps(caller, batch, options);
  const partner = oneCycle(distances(maps), rows);
  const keep = new Float64Array(rows * height * width);
  maps.forEach((own, row) => {
    const other = maps[partner[row]!]!;
    for (let pixel = 0; pixel < own.length; pixel++) {
      const both = own[pixel]! + other[pixel]!;
      keep[row * own.length + pixel] = both === 0 ? 0.5 : own[pixel]! / both;
    }
  });
  return maskPlan({ height, width, partner, keep });
}

/**
 * The plan of GuidedMixup, which leaves no choice: maps are blurred and divided by their sum; each image gets a partner whose map differs (along one cycle, greedily by Euclidean
 * distance), and each pixel shows both by the ratio of their maps. Labels count by the mean of each mask. A map of zeros counts as uniform.
 *
 * @param batch with `saliency` [rows, height, width], or with `images` where `options.saliency` makes maps from them
 * @throws {RangeError} for maps that are missing, of another size, negative or NaN; a kernel that is not odd, sigma ≤ 0
 */
export function guidedmixupPlan(batch: Batch, options: GuidedmixupOptions = {}): MaskPlan {
  return planGuided('guidedmixupPlan', batch, options);
}

/**
 * GuidedMixup: each pixel shows both images by the ratio of their saliency, and partners are those whose salient parts overlap least. Draws nothing. The paper's two forms are
 * `withProbability(0.5, guidedmixup({ saliency: spectralResidual }))`, and `withProbability(0.8, guidedmixup())` with `saliency` of the batch from `gradientSaliency`
 * (`@mixwell/mix-core/tf`).
 *
 * Kang, Kim, "GuidedMixup: An Efficient Mixup Strategy Guided by Saliency Maps", AAAI 2023, arXiv 2306.16612.
 *
 * @throws {RangeError} for a kernel that is not odd, sigma ≤ 0; when drawing, for maps that are missing, of another size, negative or NaN
 */
export function guidedmixup(options: GuidedmixupOptions = {}): Policy {
  gaussianBlur('guidedmixup', options);
  return definePolicy(mapNeeds(options), (_, batch) => planGuided('guidedmixup', batch, options));
}
