/** Divides a map ≥ 0 by its sum, in place. One of zeros says nothing, so it becomes uniform. */
export function toUnitMap(map: Float64Array): Float64Array {
  let sum = 0;
  for (const value of map) sum += value;
  if (sum === 0) return map.fill(1 / map.length);
  for (let i = 0; i < map.length; i++) map[i]! /= sum;
  return map;
}
