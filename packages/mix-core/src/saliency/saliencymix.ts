import type { HostTensor } from '@mixwell/tensor';
import { checkShare } from '../check.ts';
import type { Box } from '../plan/box.ts';
import type { BoxPlan } from '../plan/plan.ts';
import { lambdaDraw, type PairOptions } from '../policy/draw-lambda.ts';
import { readSize } from '../policy/evidence.ts';
import { type PerRow, readLambdas, readPartner } from '../policy/pair.ts';
import { drawPartner } from '../policy/partner.ts';
import { type Batch, definePolicy, type Policy } from '../policy/policy.ts';
import { cutmixBox } from '../static/cutmix-box.ts';
import { pasteBoxes } from '../static/cutmix.ts';
import { mapNeeds, type MapOptions, type PixelMap, pixelMaps } from './pixel-maps.ts';

export interface PeakOptions {
  /** 'uint8' takes ⌊255 · map⌋ before it looks for the largest value, as the authors' code does, so that nearly equal ones tie; the map must be in [0, 1]. Default 'none'. */
  readonly quantise?: 'none' | 'uint8';
}

/** The first of the largest values, row by row. */
function peak(caller: string, map: PixelMap, quantise: PeakOptions['quantise'] = 'none'): number {
  if (quantise !== 'none' && quantise !== 'uint8') throw new RangeError(`${caller}: quantise must be 'none' or 'uint8', got '${String(quantise)}'`);
  let best = 0;
  let most = -Infinity;
  map.forEach((value, i) => {
    if (Number.isNaN(value)) throw new RangeError(`${caller}: map[${i}] must be a number, got NaN`);
    if (quantise === 'uint8') checkShare(caller, `map[${i}]`, value);
    const level = quantise === 'uint8' ? Math.floor(Math.fround(value * 255)) : value;
    if (level > most) [best, most] = [i, level];
  });
  return best;
}

function peakBox(caller: string, map: PixelMap, [height, width]: readonly [number, number], lambda: number, quantise: PeakOptions['quantise']): { box: Box; lambda: number } {
  const at = peak(caller, map, quantise);
  return cutmixBox(height, width, lambda, [Math.floor(at / width), at % width]);
}

/**
 * The box of SaliencyMix: that of CutMix, around the pixel of a map that is most important; of several the first, row by row.
 *
 * @param map [height, width]
 * @param lambda in [0, 1]: the box covers about 1 − λ of the image; it is cut off at the border
 * @returns the box, and λ as the share of pixels that are left
 * @throws {RangeError} for λ outside [0, 1], NaN in the map, a map of another rank; with 'uint8' for values outside [0, 1]
 */
export function saliencyBox(map: HostTensor<'float32' | 'float64'>, lambda: number, { quantise }: PeakOptions = {}): { box: Box; lambda: number } {
  const [height, width] = map.shape;
  if (map.shape.length !== 2 || map.data.length === 0) throw new RangeError(`saliencyBox: map must have shape [height, width], got [${map.shape.join(', ')}]`);
  checkShare('saliencyBox', 'lambda', lambda);
  return peakBox('saliencyBox', map.data, [height!, width!], lambda, quantise);
}

export interface SaliencymixChoice extends MapOptions, PeakOptions {
  /** [rows]: the image from which each image gets its box. */
  readonly partner: ArrayLike<number>;
  /** About how much of each image stays, in [0, 1]: one number, then all share the box around the peak of the first partner's map; or one for each row, and its own partner's map. */
  readonly lambda: PerRow;
}

function planBoxes(caller: string, batch: Batch, { partner: given, lambda, quantise, ...maps }: SaliencymixChoice): BoxPlan {
  const [rows, height, width] = readSize(caller, batch);
  const partner = readPartner(caller, given, rows);
  const lambdas = readLambdas(caller, lambda, rows);
  const found = pixelMaps(caller, batch, maps, Array.from(partner.subarray(0, lambdas.length)));
  return pasteBoxes(caller, { height, width, partner, boxes: found.map((map, i) => peakBox(caller, map, [height, width], lambdas[i]!, quantise).box) });
}

/**
 * The plan of SaliencyMix for partners and λ that are known. Labels count by the pixels that show.
 *
 * @param batch with `saliency`, or with `images` where `choice.saliency` makes maps from them
 * @throws {RangeError} for partners outside of the batch, λ outside [0, 1], maps that are missing, of another size, negative or NaN
 */
export function saliencymixPlan(batch: Batch, choice: SaliencymixChoice): BoxPlan {
  return planBoxes('saliencymixPlan', batch, choice);
}

export interface SaliencymixOptions extends PairOptions, MapOptions, PeakOptions {}

/**
 * SaliencyMix: CutMix whose box lies around the most important pixel of the partner, so that what is pasted shows something. With `per: 'batch'` all images share the box of the
 * first one's partner, as in the paper's code; with 'sample' or 'pair' each has its own. Draws λ ~ Beta(alpha, alpha), then partners.
 *
 * Uddin et al., "SaliencyMix: A Saliency Guided Data Augmentation Strategy for Better Regularization", ICLR 2021, arXiv 2006.01791.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1]; when drawing, for maps that are missing, of another size, negative or NaN
 */
export function saliencymix(options: SaliencymixOptions = {}): Policy {
  const { partner: rule = 'permutation' } = options;
  const draw = lambdaDraw('saliencymix', options);
  return definePolicy(mapNeeds(options), (rng, batch) => {
    const [rows] = readSize('saliencymix', batch);
    const lambda = draw(rng, rows);
    return planBoxes('saliencymix', batch, { ...options, lambda, partner: drawPartner(rng, rows, rule) });
  });
}
