import { checkShare, checkWhole } from '../check.ts';
import { type Box, boxArea } from '../plan/box.ts';

const clip = (x: number, end: number): number => Math.min(Math.max(x, 0), end);

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
  checkWhole('cutmixBox', 'height', height);
  checkWhole('cutmixBox', 'width', width);
  checkShare('cutmixBox', 'lambda', lambda);
  const [row, column] = centre;
  const inside = Number.isInteger(row) && Number.isInteger(column) && row >= 0 && row < height && column >= 0 && column < width;
  if (!inside) throw new RangeError(`cutmixBox: centre must be a pixel of ${height} × ${width}, got [${row}, ${column}]`);
  const side = Math.sqrt(1 - lambda);
  const halfHeight = Math.floor(Math.floor(height * side) / 2);
  const halfWidth = Math.floor(Math.floor(width * side) / 2);
  const box = [clip(row - halfHeight, height), clip(column - halfWidth, width), clip(row + halfHeight, height), clip(column + halfWidth, width)] as const;
  return { box, lambda: 1 - boxArea(box) / (height * width) };
}
