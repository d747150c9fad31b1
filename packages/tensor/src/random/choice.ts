import { below } from './integer.ts';
import { checkCount, shuffled } from './permutation.ts';
import type { Rng } from './rng.ts';

export interface ChoiceOptions {
  /** Whether a number may come twice. Default false. */
  readonly replace?: boolean;
}

/**
 * `count` of the numbers 0, …, n − 1, each as likely as another, in random order: `[count]`.
 *
 * @throws {RangeError} unless n and count are whole numbers from 0 to 2³¹, and there are enough numbers
 */
export function choice(rng: Rng, n: number, count: number, { replace = false }: ChoiceOptions = {}): Int32Array {
  checkCount('choice', 'n', n);
  checkCount('choice', 'count', count);
  const most = replace && n > 0 ? Infinity : n;
  if (count > most) throw new RangeError(`choice: count must be at most n = ${n}, got ${count}`);
  return replace ? new Int32Array(count).map(() => below(rng, n)) : shuffled(rng, n, count).slice(0, count);
}
