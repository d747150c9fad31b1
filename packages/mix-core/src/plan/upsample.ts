import type { Resize } from './plan.ts';

/** One output position as a mix of two cells of the grid: (1 − share) · grid[lower] + share · grid[upper]. */
interface Blend {
  readonly lower: number;
  readonly upper: number;
  readonly share: number;
}

/** How positions 0 … size − 1 of an image read a grid of `cells`. */
export function axisBlends(cells: number, size: number, resize: Resize): readonly Blend[] {
  return Array.from({ length: size }, (_, i) => {
    if (resize === 'nearest') return { lower: Math.floor((i * cells) / size), upper: 0, share: 0 };
    const at = resize === 'bilinear' ? Math.max(((i + 0.5) * cells) / size - 0.5, 0) : (i * (cells - 1)) / Math.max(size - 1, 1);
    const lower = Math.min(Math.floor(at), cells - 1);
    return { lower, upper: Math.min(lower + 1, cells - 1), share: at - lower };
  });
}

/** [n, h, w, k] grids as [n, height, width, k]. */
export function upsample(grids: Float32Array, [n, h, w, k]: readonly [number, number, number, number], height: number, width: number, upsampling: 'nearest' | 'bilinear'): Float32Array {
  if (h === height && w === width) return grids;
  const [down, across] = [axisBlends(h, height, upsampling), axisBlends(w, width, upsampling)];
  const out = new Float32Array(n * height * width * k);
  const line = width * k;
  for (let y = 0, to = 0; y < n * height; y++, to += line) {
    const { lower, upper, share } = down[y % height]!;
    const before = down[(y % height) - 1];
    if (before?.lower === lower && before.share === share) {
      out.copyWithin(to, to - line, to);
      continue;
    }
    const top = (Math.floor(y / height) * h + lower) * w * k;
    const bottom = (Math.floor(y / height) * h + upper) * w * k;
    for (let x = 0, at = to; x < width; x++) {
      const { lower: left, upper: right, share: across1 } = across[x]!;
      for (let j = 0; j < k; j++, at++) {
        const above = grids[top + left * k + j]! * (1 - across1) + grids[top + right * k + j]! * across1;
        const below = grids[bottom + left * k + j]! * (1 - across1) + grids[bottom + right * k + j]! * across1;
        out[at] = above * (1 - share) + below * share;
      }
    }
  }
  return out;
}
