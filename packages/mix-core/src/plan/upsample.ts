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
  let to = 0;
  for (let image = 0; image < n; image++) {
    const cell = (y: number, x: number, j: number): number => grids[((image * h + y) * w + x) * k + j]!;
    for (const y of down) {
      for (const x of across) {
        for (let j = 0; j < k; j++) {
          const top = cell(y.lower, x.lower, j) * (1 - x.share) + cell(y.lower, x.upper, j) * x.share;
          const bottom = cell(y.upper, x.lower, j) * (1 - x.share) + cell(y.upper, x.upper, j) * x.share;
          out[to++] = top * (1 - y.share) + bottom * y.share;
        }
      }
    }
  }
  return out;
}
