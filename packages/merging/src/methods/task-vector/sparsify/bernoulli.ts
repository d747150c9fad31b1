import { randomBits } from './random-bits.ts';
import type { Sparsify } from './sparsify.ts';

/**
 * Keeps every entry with probability `density`. Yu et al., "Language Models are Super Mario" (DARE), ICML 2024, arXiv 2311.03099.
 *
 * @param divide whether what is kept is divided by the probability, as there
 */
export function keepBernoulli(density: number, divide: boolean, seed: number, name: string, model: number): Sparsify {
  if (density >= 1) return () => undefined;
  const bits = randomBits(seed, name, model);
  const limit = density * 2 ** 32;
  const factor = divide && density > 0 ? 1 / density : 1;
  return (delta, start) => {
    for (let e = 0; e < delta.length; e++) delta[e] = bits(start + e) < limit ? delta[e]! * factor : 0;
  };
}
