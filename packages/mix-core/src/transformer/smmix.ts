import { type HostTensor, integer } from '@mixwell/tensor';
import { checkShare, checkWhole } from '../check.ts';
import type { Box } from '../plan/box.ts';
import type { BoxPlan } from '../plan/plan.ts';
import { checkMaps, readMaps, readSize } from '../policy/evidence.ts';
import { drawPartner, type PartnerRule, partnerRules } from '../policy/partner.ts';
import { definePolicy, type Policy } from '../policy/policy.ts';
import { cutmixPlan } from '../static/cutmix.ts';

type Maps = HostTensor<'float32' | 'float64'>;

export interface SmmixChoice {
  /** Size of the images, multiples of the grid of tokens. */
  readonly height: number;
  readonly width: number;
  /** [rows]: the image whose most attended window is pasted. */
  readonly partner: ArrayLike<number>;
  /** [rows, gridHeight, gridWidth] ≥ 0: attention of the class token. */
  readonly attention: Maps;
  /** Side of the square window in tokens, from 0 (nothing is mixed) to the shorter side of the grid. */
  readonly side: number;
}

export interface SmmixOptions {
  /** Bounds of the window's side as shares of the grid's shorter side, in [0, 1]; both are drawn too. Default [0.25, 0.75]. */
  readonly range?: readonly [least: number, most: number];
  /** Default 'reverse': image i with image rows − 1 − i. */
  readonly partner?: PartnerRule;
}

/** [row, column] of the windows with the smallest and the largest sum of one map; the first of equals. */
function extremeWindows({ data, shape }: Maps, image: number, side: number): { least: readonly [number, number]; most: readonly [number, number] } {
  const [, height, width] = shape as [number, number, number];
  let [least, most]: (readonly [number, number])[] = [[0, 0], [0, 0]];
  let [smallest, largest] = [Infinity, -Infinity];
  for (let top = 0; top <= height - side; top++) {
    for (let left = 0; left <= width - side; left++) {
      let sum = 0;
      for (let i = 0; i < side * side; i++) sum += data[(image * height + top + Math.floor(i / side)) * width + left + (i % side)]!;
      if (sum < smallest) [smallest, least] = [sum, [top, left]];
      if (sum > largest) [largest, most] = [sum, [top, left]];
    }
  }
  return { least: least!, most: most! };
}

/**
 * The plan of SMMix for partners and a side that are known: each image's least attended window is overwritten by its partner's most attended one. Labels count by area.
 *
 * @throws {RangeError} for a partner outside of the batch, attention of another shape or negative, images that are no multiple of the grid, a side that does not fit
 */
export function smmixPlan({ height, width, partner, attention, side }: SmmixChoice): BoxPlan {
  const rows = partner.length;
  checkMaps('smmixPlan', 'attention', attention, rows);
  const [, gridHeight, gridWidth] = attention.shape as [number, number, number];
  checkWhole('smmixPlan', 'height', height);
  checkWhole('smmixPlan', 'width', width);
  if (height % gridHeight !== 0 || width % gridWidth !== 0) throw new RangeError(`smmixPlan: images must be multiples of the grid ${gridHeight} × ${gridWidth}, got ${height} × ${width}`);
  checkWhole('smmixPlan', 'side', side, 0);
  if (side > Math.min(gridHeight, gridWidth)) throw new RangeError(`smmixPlan: side must be at most ${Math.min(gridHeight, gridWidth)}, got ${side}`);
  const [patchHeight, patchWidth] = [height / gridHeight, width / gridWidth];
  const pixels = ([top, left]: readonly [number, number]): Box => [top * patchHeight, left * patchWidth, (top + side) * patchHeight, (left + side) * patchWidth];
  const windows = Array.from({ length: rows }, (_, row) => extremeWindows(attention, row, side));
  const plan = cutmixPlan({ height, width, partner, boxes: windows.map(({ least }) => pixels(least)) });
  return { ...plan, crops: Int32Array.from(Array.from(partner, (image) => pixels(windows[image]!.most)).flat()), resize: 'nearest' };
}

/**
 * SMMix: the most attended square of one image overwrites the least attended square of another. Its side is drawn uniformly from ⌊least·n⌋, …, ⌊most·n⌋ tokens, where n
 * is the shorter side of the grid, and is the same for the whole batch. `batch.attention` is that of the class token on the images before they are mixed. Draws the side, then
 * partners. In a batch of odd size the image in the middle meets itself.
 *
 * The paper trains on the sum of three losses. With z the logits of mixed images, `tokens` the features of their patches, `clean` the logits of the images before mixing:
 * the cross entropy of z with the mixed targets; half of the sum of the cross entropies that the head gives for the two rows of `sourceTokens(mix, tokens)` with their own
 * labels; and `klDivergence(detach(mixTargets(mix, clean)), z)` of `@mixwell/losses`.
 *
 * Chen, Zhang, Yan, Lin, Ji, "SMMix: Self-Motivated Image Mixing for Vision Transformers", ICCV 2023, arXiv 2212.12977.
 *
 * @throws {RangeError} for a range that is none, a batch without attention, or whose images are no multiple of the grid
 */
export function smmix({ range = [0.25, 0.75], partner: rule = 'reverse' }: SmmixOptions = {}): Policy {
  range.forEach((share, i) => checkShare('smmix', `range[${i}]`, share));
  if (range[0] > range[1]) throw new RangeError(`smmix: range must not fall, got [${range.join(', ')}]`);
  if (!partnerRules.includes(rule)) throw new RangeError(`smmix: partner must be one of ${partnerRules.join(', ')}, got '${rule}'`);
  return definePolicy(['attention'], (rng, batch) => {
    const [rows, height, width] = readSize('smmix', batch);
    const attention = readMaps('smmix', batch, 'attention');
    const shorter = Math.min(attention.shape[1]!, attention.shape[2]!);
    const side = integer(rng, Math.floor(range[0] * shorter), Math.floor(range[1] * shorter) + 1);
    return smmixPlan({ height, width, partner: drawPartner(rng, rows, rule), attention, side });
  });
}
