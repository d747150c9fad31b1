import { keepRandom } from '../../../kernel/vectors.ts';
import { maskKey, type Sparsify } from './sparsify.ts';

/**
 * Keeps every entry with probability `density`. Yu et al., "Language Models are Super Mario" (DARE), ICML 2024, arXiv 2311.03099.
 *
 * @param divide whether what is kept is divided by the probability, as there
 */
export function keepBernoulli(density: number, divide: boolean, seed: number, name: string, model: number): Sparsify {
  if (density >= 1) return () => undefined;
  const key = maskKey(seed, name, model);
  const factor = divide && density > 0 ? 1 / density : 1;
  return (delta, start) => keepRandom(delta, key, start, density, factor);
}
