import { checkShare } from '../check.ts';
import { type Box, boxArea } from '../plan/box.ts';
import { boxAround } from './box-around.ts';

/**
 * The box that CutMix pastes: sides ⌊height·√(1 − λ)⌋ and ⌊width·√(1 − λ)⌋ around a centre, cut off at the border; a box of odd side loses one pixel. λ comes back
 * as the share of pixels that are left, since it has to describe the picture: 1 − area / (height·width).
 *
 * Yun et al., "CutMix", ICCV 2019, arXiv 1905.04899, with the rounding of the authors' code.
 *
 * @param lambda in [0, 1]
 * @param centre [row, column] of a pixel
 * @throws {RangeError} for λ outside [0, 1], a centre outside of the image, sizes that are no whole numbers ≥ 1
 */
export function cutmixBox(height: number, width: number, lambda: number, centre: readonly [row: number, column: number]): { box: Box; lambda: number } {
  checkShare('cutmixBox', 'lambda', lambda);
  const side = Math.sqrt(1 - lambda);
  const box = boxAround('cutmixBox', [height, width], [Math.floor(height * side), Math.floor(width * side)], centre);
  return { box, lambda: 1 - boxArea(box) / (height * width) };
}
