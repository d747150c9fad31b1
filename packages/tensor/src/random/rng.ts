import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Where a stream stands: plain JSON for `restoreRng`. */
export interface RngState {
  /** Which stream it is: four 32-bit words made of the seed and the keys of all splits. */
  readonly key: readonly number[];
  /** How far it was drawn. */
  readonly generator: readonly number[];
}

/**
 * A seeded stream of random bits. The same seed gives the same numbers on every machine and in every version of this package.
 * `next` and the functions that draw from a stream advance it; nothing else does.
 */
export interface Rng {
  /** 32 random bits as a whole number in [0, 2³²). */
  next(): number;
  /** An independent stream. Depends on this stream's identity and the key alone, not on how far this one was drawn. 1 and '1' are different keys. */
  split(key: number | string): Rng;
  state(): RngState;
}

type Words = readonly [number, number, number, number];

const PRIMES: Words = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f];

/** The finishing step of MurmurHash3: every bit of the result depends on every bit of the word. */
function avalanche(word: number): number {
  const a = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return b ^ (b >>> 16);
}

/** The key of a stream from that of its parent and a text: four lanes that take in every character, then mix with one another. */
function absorb(parent: Words, text: string): Words {
  const lanes = [...parent] as [number, number, number, number];
  for (let i = 0; i < text.length; i++) {
    for (let lane = 0; lane < 4; lane++) lanes[lane] = Math.imul(lanes[lane]! ^ text.charCodeAt(i), PRIMES[lane]!) ^ (lanes[(lane + 1) & 3]! >>> 15);
  }
  for (let round = 0; round < 2; round++) {
    for (let lane = 0; lane < 4; lane++) lanes[lane] = avalanche((lanes[lane]! + Math.imul(lanes[(lane + 3) & 3]!, PRIMES[lane]!) + text.length) | 0);
  }
  return lanes;
}

function streamOf(key: Words, generatorState?: readonly number[]): Rng {
  // all zeros is the one state that xoroshiro never leaves
  const generator = xoroshiro128plusFromState(generatorState ?? (key.every((word) => word === 0) ? xoroshiro128plus(0).getState() : key));
  return {
    next: () => generator.next() >>> 0,
    split(part) {
      if (typeof part === 'number' && !Number.isFinite(part)) throw new RangeError(`split: key must be finite, got ${part}`);
      return streamOf(absorb(key, `${typeof part}:${part}`));
    },
    state: () => ({ key: [...key], generator: [...generator.getState()] }),
  };
}

/**
 * A stream from a seed.
 *
 * @throws {RangeError} where the seed is no whole number (negative ones are fine; beyond 2⁵³ numbers are no longer whole)
 */
export function createRng(seed: number): Rng {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`createRng: seed must be a whole number, got ${seed}`);
  return streamOf(absorb([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], `seed:${seed}`));
}

const isWords = (x: unknown): x is Words => Array.isArray(x) && x.length === 4 && x.every((word) => word === (word | 0));

/** The stream that `state()` described, at the same place. @throws {TypeError} where the state is none */
export function restoreRng(state: RngState): Rng {
  const { key, generator } = (state ?? {}) as Partial<RngState>;
  if (!isWords(key) || !isWords(generator) || generator.every((word) => word === 0)) {
    throw new TypeError(`restoreRng: state must be { key, generator }, four 32-bit integers each (generator not all 0), got ${JSON.stringify(state)}`);
  }
  return streamOf(key, generator);
}
