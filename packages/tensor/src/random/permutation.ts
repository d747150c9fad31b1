import { below } from './integer.ts';
import type { Rng } from './rng.ts';

/** @throws {RangeError} unless a value is a whole number from 0 to 2³¹ */
export function checkCount(caller: string, name: string, value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 2 ** 31) throw new RangeError(`${caller}: ${name} must be a whole number >= 0, at most 2^31, got ${value}`);
}

/** 0, …, n − 1 with the first `count` places drawn at random (Fisher, Yates). */
export function shuffled(rng: Rng, n: number, count: number): Int32Array {
  const order = new Int32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const last = Math.min(count, n - 1);
  for (let i = 0; i < last; i++) {
    const j = i + below(rng, n - i);
    const taken = order[j]!;
    order[j] = order[i]!;
    order[i] = taken;
  }
  return order;
}

/** 0, …, n − 1 `[n]` in random order, each order as likely as another. @throws {RangeError} unless n is a whole number from 0 to 2³¹ */
export function permutation(rng: Rng, n: number): Int32Array {
  checkCount('permutation', 'n', n);
  return shuffled(rng, n, n);
}
