import { encode } from 'fast-png';
import { channelsOf, type PixelArray } from './pixel-array.ts';

/**
 * A pixel array as a PNG file, 8 bits per channel: gray, RGB or RGBA as the data has 1, 3 or 4 bytes per pixel.
 *
 * @throws {RangeError} where the data does not fit the sizes
 */
export function encodePng(pixels: PixelArray): Uint8Array {
  const channels = channelsOf('encodePng', pixels);
  return encode({ width: pixels.width, height: pixels.height, data: pixels.data, channels, depth: 8 });
}
