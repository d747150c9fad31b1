import type { Values } from '../method.ts';

/** Values that are handed out block by block, the same at each call. */
export interface BlockSource {
  readonly size: number;
  /** A block holds until the visitor returns; `start` is the place of its first value. */
  readonly each: (visit: (block: Values, start: number) => void) => void;
}

/** The k entries that come first by magnitude, the largest first, ties by place: those above the threshold, and those equal to it up to the place of the last. */
export interface Largest {
  readonly threshold: number;
  readonly lastTie: number;
}

const digits = 65_536;
const counts = new Float64Array(digits);

/** 16-bit digits of floats, little-endian. */
const digitsOf = (block: Values): Uint16Array => new Uint16Array(block.buffer, block.byteOffset, block.byteLength / 2);
const digitsPer = (block: Values): number => block.BYTES_PER_ELEMENT / 2;

/** Counts the digit at `level` (0 the highest, without the sign) of the magnitudes that begin with `prefix`. */
function countDigit(block: Values, prefix: readonly number[]): void {
  const parts = digitsOf(block);
  const width = digitsPer(block);
  const level = prefix.length;
  const first = prefix[0] ?? 0;
  for (let at = width - 1; at < parts.length; at += width) {
    if (level > 0) {
      if ((parts[at]! & 0x7fff) !== first) continue;
      let depth = 1;
      while (depth < level && parts[at - depth] === prefix[depth]) depth++;
      if (depth < level) continue;
    }
    const digit = level === 0 ? parts[at]! & 0x7fff : parts[at - level]!;
    counts[digit] = counts[digit]! + 1;
  }
}

/** The magnitude of a rank from 0, the smallest first; how many are equal to it, and its rank among them. */
function magnitudeAt({ each }: BlockSource, rank: number): { readonly magnitude: number; readonly equal: number; readonly among: number } {
  const prefix: number[] = [];
  let width = 2;
  let among = rank;
  let equal = 0;
  do {
    counts.fill(0);
    each((block) => {
      width = digitsPer(block);
      countDigit(block, prefix);
    });
    let digit = 0;
    for (; among >= counts[digit]!; digit++) among -= counts[digit]!;
    equal = counts[digit]!;
    prefix.push(digit);
  } while (prefix.length < width);
  const [value] = width === 2 ? new Float32Array(Uint16Array.from(prefix.reverse()).buffer) : new Float64Array(Uint16Array.from(prefix.reverse()).buffer);
  return { magnitude: value!, equal, among };
}

/** The magnitudes of these ranks, counted from 0, the smallest first: exact, in a few passes over the values and 512 KB. */
export const magnitudesAt = (source: BlockSource, ranks: readonly number[]): number[] => ranks.map((rank) => magnitudeAt(source, rank).magnitude);

/** Place of the `count`-th value of a magnitude. */
function placeOf({ each }: BlockSource, magnitude: number, count: number): number {
  let left = count;
  let place = -1;
  each((block, start) => {
    for (let e = 0; e < block.length && left > 0; e++) {
      if (Math.abs(block[e]!) !== magnitude) continue;
      left--;
      place = start + e;
    }
  });
  return place;
}

/** The `count` largest magnitudes. */
export function largest(source: BlockSource, count: number): Largest {
  if (count <= 0) return { threshold: Infinity, lastTie: -1 };
  if (count >= source.size) return { threshold: -1, lastTie: -1 };
  const { magnitude, equal, among } = magnitudeAt(source, source.size - count);
  const kept = equal - among;
  return { threshold: magnitude, lastTie: kept === equal ? source.size : placeOf(source, magnitude, kept) };
}
