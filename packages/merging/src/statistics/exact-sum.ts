/** One unit of the sums is 2⁻³². */
const unitsPerOne = 2 ** 32;

/**
 * Σ of numbers in [0, 1], each rounded to a multiple of 2⁻³²: whole numbers, so that order and split change nothing.
 *
 * @param values at most 2²⁰, or their sum could pass 2⁵³
 */
export function unitsOf(values: Float64Array, length: number): bigint {
  let units = 0;
  for (let i = 0; i < length; i++) units += Math.round(values[i]! * unitsPerOne);
  return BigInt(units);
}

export const fromUnits = (units: bigint): number => Number(units) / unitsPerOne;
