import { integer, type Rng } from '@mixwell/tensor';
import type { Box } from '../plan/box.ts';

/** Least and largest share of the image's height, and of its width, that a box takes. */
export type MinMax = readonly [min: number, max: number];

/** @throws {RangeError} unless 0 ≤ min < max ≤ 1 */
export function checkMinMax(caller: string, name: string, [min, max]: MinMax): void {
  if (!(min >= 0 && min < max && max <= 1)) throw new RangeError(`${caller}: ${name} must be [min, max] with 0 <= min < max <= 1, got [${min}, ${max}]`);
}

/**
 * A box whose height is drawn uniformly from ⌊min·height⌋, …, ⌊max·height⌋ − 1, its width likewise, then its place, all of it within the image (timm, after Darknet).
 *
 * @throws {RangeError} where the image has no whole side between the two
 */
export function drawMinMaxBox(caller: string, rng: Rng, [height, width]: readonly [height: number, width: number], [min, max]: MinMax): Box {
  const side = (length: number): number => {
    const [low, high] = [Math.floor(length * min), Math.floor(length * max)];
    if (low >= high) throw new RangeError(`${caller}: images must be large enough for boxes of ${min} to ${max} of a side, got ${height} × ${width}`);
    return integer(rng, low, high);
  };
  const [cutHeight, cutWidth] = [side(height), side(width)];
  const row = integer(rng, 0, height - cutHeight + 1);
  const column = integer(rng, 0, width - cutWidth + 1);
  return [row, column, row + cutHeight, column + cutWidth];
}
