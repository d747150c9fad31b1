import { randomBits } from '../../../kernel/vectors.ts';
import type { Values } from '../../../method.ts';
import { maskKey, type Sparsify } from './sparsify.ts';

const digitBits = 11;
const digitCount = 1 << digitBits;

/** Order of a row by magnitude (in float32), the smallest first, ties by place: places of a radix sort with three digits. */
function orderByMagnitude(row: Values): Uint32Array {
  const keys = new Uint32Array(Float32Array.from(row).buffer);
  let from = Uint32Array.from(keys, (_, i) => i);
  let to = new Uint32Array(row.length);
  for (let shift = 0; shift < 31; shift += digitBits) {
    const digit = (i: number): number => ((keys[i]! & 0x7fff_ffff) >>> shift) & (digitCount - 1);
    const next = new Uint32Array(digitCount + 1);
    for (const i of from) next[digit(i) + 1] = next[digit(i) + 1]! + 1;
    for (let d = 0; d < digitCount; d++) next[d + 1] = next[d + 1]! + next[d]!;
    for (const i of from) to[next[digit(i)]!++] = i;
    [from, to] = [to, from];
  }
  return from;
}

/**
 * Probability with which DELLA keeps each entry of a row: by the rank of its magnitude from density − epsilon for the smallest to density + epsilon for the largest.
 * Deep et al., "DELLA-Merging", 2024, arXiv 2406.11617.
 */
export function keepProbabilities(row: Values, density: number, epsilon: number): Float64Array {
  const probabilities = new Float64Array(row.length).fill(density);
  if (row.length === 1) return probabilities;
  orderByMagnitude(row).forEach((i, rank) => { probabilities[i] = density - epsilon + (2 * epsilon * rank) / (row.length - 1); });
  return probabilities;
}

/** Drops at random, large magnitudes seldom. Blocks have to be whole rows. `divide`: what is kept is divided by its probability. */
export function keepByRank(rowLength: number, density: number, epsilon: number, divide: boolean, seed: number, name: string, model: number): Sparsify {
  if (density >= 1) return () => undefined;
  if (!(density - epsilon > 0 && density + epsilon < 1)) {
    throw new RangeError(`della: density - epsilon must be > 0 and density + epsilon < 1, got density ${density} and epsilon ${epsilon} for ${name}`);
  }
  const key = maskKey(seed, name, model);
  return (delta, start) => {
    for (let row = 0; row < delta.length; row += rowLength) {
      const probabilities = keepProbabilities(delta.subarray(row, row + rowLength), density, epsilon);
      for (let e = row; e < row + rowLength; e++) {
        const p = probabilities[e - row]!;
        delta[e] = randomBits(key, start + e) < p * 2 ** 32 ? delta[e]! / (divide ? p : 1) : 0;
      }
    }
  };
}
