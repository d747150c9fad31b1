import { checkAlpha, checkWhole } from '../check.ts';
import type { PixelMap } from './pixel-maps.ts';

export interface BlurOptions {
  /** Side of the Gaussian in pixels, odd. Default 7. */
  readonly kernel?: number;
  /** Its standard deviation in pixels. Default 3. */
  readonly sigma?: number;
}

/** Index of a pixel beyond the border, mirrored at the outermost pixels as often as it takes. */
function reflect(at: number, size: number): number {
  if (size === 1) return 0;
  const period = 2 * (size - 1);
  const within = ((at % period) + period) % period;
  return Math.min(within, period - within);
}

/** Weighted sums of `taps` around each number of x: lines of `size`, whose numbers lie `stride` apart. */
function blurLines(x: PixelMap, size: number, stride: number, taps: Float64Array): Float64Array {
  const radius = (taps.length - 1) / 2;
  const steps = Array.from({ length: size }, (_, at) => Int32Array.from(taps, (_tap, i) => stride * (reflect(at + i - radius, size) - at)));
  const out = new Float64Array(x.length);
  for (let start = 0, at = 0; start < x.length; start += stride, at = (at + 1) % size) {
    const step = steps[at]!;
    for (let i = start; i < start + stride; i++) {
      let sum = 0;
      for (let tap = 0; tap < taps.length; tap++) sum += taps[tap]! * x[i + step[tap]!]!;
      out[i] = sum;
    }
  }
  return out;
}

/**
 * Checks the options once. The function that comes back blurs a map [height, width] with a Gaussian; borders are mirrored.
 *
 * @throws {RangeError} for a kernel that is no odd number ≥ 1, sigma ≤ 0
 */
export function gaussianBlur(caller: string, { kernel = 7, sigma = 3 }: BlurOptions = {}): (map: PixelMap, height: number, width: number) => Float64Array {
  checkWhole(caller, 'kernel', kernel);
  if (kernel % 2 === 0) throw new RangeError(`${caller}: kernel must be odd, got ${kernel}`);
  checkAlpha(caller, sigma, 'sigma');
  const taps = Float64Array.from({ length: kernel }, (_, i) => Math.exp(-((i - (kernel - 1) / 2) ** 2) / (2 * sigma ** 2)));
  const total = taps.reduce((a, b) => a + b);
  const unit = taps.map((tap) => tap / total);
  return (map, height, width) => blurLines(blurLines(map, width, 1, unit), height, width, unit);
}
