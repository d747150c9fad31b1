import { checkWhole } from '../check.ts';

/**
 * The mask of SmoothMix: 1 − exp(−d²/(2σ²)) at distance d from a centre, the weight of the image itself; its partner shows through around the centre. The centre lies at a pixel
 * where the image has an odd number of rows (or columns), half a pixel before it where that is even, as in the authors' code.
 *
 * Lee, Zaheer, Astrid, Lee, "SmoothMix", CVPR Workshops 2020.
 *
 * @param pixel [row, column]
 * @param sigma > 0, in pixels
 * @returns [height, width] in [0, 1]
 * @throws {RangeError} for a pixel outside of the image, sigma ≤ 0, sizes that are no whole numbers ≥ 1
 */
export function gaussianKeep(height: number, width: number, [row, column]: readonly [row: number, column: number], sigma: number): Float64Array {
  checkWhole('gaussianKeep', 'height', height);
  checkWhole('gaussianKeep', 'width', width);
  const inside = Number.isInteger(row) && Number.isInteger(column) && row >= 0 && row < height && column >= 0 && column < width;
  if (!inside) throw new RangeError(`gaussianKeep: pixel must be one of ${height} × ${width}, got [${row}, ${column}]`);
  if (!(sigma > 0 && sigma < Infinity)) throw new RangeError(`gaussianKeep: sigma must be > 0 and finite, got ${sigma}`);
  const along = (size: number, at: number): Float64Array => Float64Array.from({ length: size }, (_, i) => Math.exp(-((i - at + (size % 2 === 0 ? 0.5 : 0)) ** 2) / (2 * sigma ** 2)));
  const [down, across] = [along(height, row), along(width, column)];
  return Float64Array.from({ length: height * width }, (_, i) => 1 - down[Math.floor(i / width)]! * across[i % width]!);
}
