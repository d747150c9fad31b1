import type { Rng } from './rng.ts';
import { integer } from './uniform.ts';

function checkCount(caller: string, name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0 || value > 2 ** 31) throw new RangeError(`${caller}: ${name} must be a whole number >= 0, got ${value}`);
}

/** 0, …, n − 1 with the first `count` places drawn at random (Fisher, Yates). */
function shuffled(rng: Rng, n: number, count: number): Int32Array {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < count && i < n - 1; i++) {
    const j = integer(rng, i, n);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

/** 0, …, n − 1 in random order, each order as likely as another. @throws {RangeError} unless n is a whole number ≥ 0 */
export function permutation(rng: Rng, n: number): Int32Array {
  checkCount('permutation', 'n', n);
  return shuffled(rng, n, n);
}

export interface ChoiceOptions {
  /** Whether a number may come twice. Default false. */
  readonly replace?: boolean;
}

/** `count` of the numbers 0, …, n − 1, each as likely as another. @throws {RangeError} where there are not enough of them */
export function choice(rng: Rng, n: number, count: number, { replace = false }: ChoiceOptions = {}): Int32Array {
  checkCount('choice', 'n', n);
  checkCount('choice', 'count', count);
  if (count > (replace ? (n === 0 ? 0 : count) : n)) throw new RangeError(`choice: count must be at most n = ${n}, got ${count}`);
  return replace ? Int32Array.from({ length: count }, () => integer(rng, 0, n)) : shuffled(rng, n, count).slice(0, count);
}
