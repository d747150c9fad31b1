import type { PixelMap } from './pixel-maps.ts';

/** A map ≥ 0 divided by its sum. One of zeros says nothing, so it becomes uniform. */
export function unitMap(map: PixelMap): Float64Array {
  let sum = 0;
  for (const value of map) sum += value;
  return sum === 0 ? new Float64Array(map.length).fill(1 / map.length) : Float64Array.from(map, (value) => value / sum);
}
