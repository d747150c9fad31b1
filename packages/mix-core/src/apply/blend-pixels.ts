import { imageAt } from './blend.ts';
import type { Plan } from '../plan/plan.ts';

/** Weights of every pixel; taps where sources are moved, else each pixel reads its own place. */
export interface PixelMap {
  /** [taps]: the number j of a source. */
  readonly owners: readonly number[];
  /** [1 or rows, pixels, taps] */
  readonly weights: Float32Array;
  /** Like `weights`: which pixel of the source. */
  readonly pixels?: Int32Array;
}

/** One mixed image of two sources that stay in place, what most policies make. */
function blendTwo(out: Float32Array, a: Float32Array, b: Float32Array, weights: Float32Array, channels: number): void {
  for (let at = 0, i = 0; at < weights.length; at += 2) {
    const wa = weights[at]!;
    const wb = weights[at + 1]!;
    const end = i + channels;
    if (wa !== 0 && wb !== 0) for (; i < end; i++) out[i] = Math.fround(wa * a[i]!) + Math.fround(wb * b[i]!);
    else if (wa !== 0) for (; i < end; i++) out[i] = wa * a[i]!;
    else if (wb !== 0) for (; i < end; i++) out[i] = wb * b[i]!;
    else for (; i < end; i++) out[i] = 0;
  }
}

/** One mixed image; part t is the source that tap t reads. */
function blendTaps(out: Float32Array, parts: readonly Float32Array[], weights: Float32Array, pixels: Int32Array | undefined, channels: number): void {
  const taps = parts.length;
  for (let at = 0, to = 0; at < weights.length; at += taps, to += channels) {
    let empty = true;
    for (let tap = 0; tap < taps; tap++) {
      const weight = weights[at + tap]!;
      if (weight === 0) continue;
      const part = parts[tap]!;
      const from = pixels ? pixels[at + tap]! * channels : to;
      for (let c = 0; c < channels; c++) {
        const product = Math.fround(weight * part[from + c]!);
        out[to + c] = empty ? product : out[to + c]! + product;
      }
      empty = false;
    }
    if (empty) out.fill(0, to, to + channels);
  }
}

/** out[row, p] = Σₜ weights[row, p, t] · (pixel of source owners[t]), rounded as in `blend`; pixels of weight 0 are not read, and no weight at all gives 0. */
export function blendPixels(out: Float32Array, data: Float32Array, { owners, weights, pixels }: PixelMap, { rows, k, sources }: Plan, count: number): void {
  const size = out.length / rows;
  const perRow = count * owners.length;
  for (let row = 0; row < rows; row++) {
    const mixed = imageAt(out, row, size);
    const parts = owners.map((j) => imageAt(data, sources[row * k + j]!, size));
    const place = weights.length === perRow ? 0 : row;
    const own = imageAt(weights, place, perRow);
    if (parts.length === 2 && !pixels) blendTwo(mixed, parts[0]!, parts[1]!, own, size / count);
    else blendTaps(mixed, parts, own, pixels && imageAt(pixels, place, perRow), size / count);
  }
}
