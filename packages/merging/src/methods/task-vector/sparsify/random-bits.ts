import { createRng } from '@mixwell/tensor';

/** The finishing step of MurmurHash3. */
function avalanche(word: number): number {
  const a = Math.imul(word ^ (word >>> 16), 0x85eb_ca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2_ae35);
  return b ^ (b >>> 16);
}

/**
 * 32 random bits for every place of a tensor, of the seed, its name, the number of the model and the place alone: the same in any order and any split.
 */
export function randomBits(seed: number, name: string, model: number): (place: number) => number {
  const rng = createRng(seed).split(name).split(model);
  const [a, b] = [rng.next() | 0, rng.next() | 0];
  return (place) => {
    const high = Math.floor(place / 2 ** 32);
    return avalanche(avalanche((place + a) | 0) ^ (b + high)) >>> 0;
  };
}
