import { checkWhole } from '../check.ts';
import type { Box } from '../plan/box.ts';

const clip = (x: number, end: number): number => Math.min(Math.max(x, 0), end);

/**
 * A box around a pixel, cut off at the border. With `odd: 'shrink'` a side of odd length loses a pixel, as in the code of CutMix's authors; with 'keep' it reaches one pixel
 * further down or right, as in timm.
 *
 * @param sides whole numbers ≥ 0: height and width of the box
 * @param centre [row, column] of a pixel
 * @throws {RangeError} for sizes that are no whole numbers ≥ 1, a centre outside of the image
 */
export function boxAround(
  caller: string,
  [height, width]: readonly [height: number, width: number],
  sides: readonly [height: number, width: number],
  centre: readonly [row: number, column: number],
  odd: 'shrink' | 'keep' = 'shrink',
): Box {
  checkWhole(caller, 'height', height);
  checkWhole(caller, 'width', width);
  const [row, column] = centre;
  const inside = Number.isInteger(row) && Number.isInteger(column) && row >= 0 && row < height && column >= 0 && column < width;
  if (!inside) throw new RangeError(`${caller}: centre must be a pixel of ${height} × ${width}, got [${row}, ${column}]`);
  const [before, across] = sides.map((side) => Math.floor(side / 2)) as [number, number];
  const [after, along] = sides.map((side) => (odd === 'keep' ? Math.ceil(side / 2) : Math.floor(side / 2))) as [number, number];
  return [clip(row - before, height), clip(column - across, width), clip(row + after, height), clip(column + along, width)];
}
