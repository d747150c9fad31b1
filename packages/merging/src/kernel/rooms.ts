import type { Values } from '../method.ts';
import { mergeKernel } from './merge-kernel.ts';

/** Numbers that are looked at together: the blocks of all models stay in the cache. */
export const blockSize = 4096;

/** Loops of the kernel may write to the end of a group of 16 bytes, `collect` a group beyond. */
const slack = 64;
const collectedBytes = 2 * blockSize + slack;

/** Where the reserve begins: rooms lie before it. Memory that nobody touched takes none. */
const reserveStart = 2 ** 26;
let isReserved = false;

/** So many bytes of the kernel's memory that no room takes: inputs that are put there are looked at where they lie. They hold until the next call. */
export function reserve(bytes: number): Uint8Array<ArrayBuffer> {
  isReserved = true;
  return new Uint8Array(mergeKernel(reserveStart + bytes).buffer, reserveStart, bytes);
}

/** Room for what `collect` finds: it lies before all others. */
export const collected = (): Uint16Array => new Uint16Array(mergeKernel(collectedBytes).buffer, 0, blockSize);

export interface Rooms {
  readonly singles: readonly Float32Array[];
  readonly doubles: readonly Float64Array[];
}

/**
 * Arrays of `size` numbers (or up to three more: whole groups of four) in the kernel's memory, whose loops `vectors.ts` calls. They hold until the next who asks: whoever goes over blocks asks once and calls no one who does.
 */
export function rooms(singles: number, doubles: number, size: number = blockSize): Rooms {
  const single = 4 * size + slack - ((4 * size) % 16);
  const double = 2 * single;
  const end = collectedBytes + singles * single + doubles * double;
  if (isReserved && end > reserveStart) throw new RangeError(`rooms: must take at most ${reserveStart} bytes beside a reserve, got ${end}`);
  const { buffer } = mergeKernel(end);
  return {
    singles: Array.from({ length: singles }, (_, i) => new Float32Array(buffer, collectedBytes + i * single, (size + 3) & ~3)),
    doubles: Array.from({ length: doubles }, (_, i) => new Float64Array(buffer, collectedBytes + singles * single + i * double, size)),
  };
}

/** Arrays in the precision of given values: in the kernel's memory for float32. */
export function roomsLike(values: Values, count: number, doubles: number, size: number): { readonly rooms: readonly Values[]; readonly doubles: readonly Float64Array[] } {
  if (values instanceof Float32Array) {
    const made = rooms(count, doubles, size);
    return { rooms: made.singles, doubles: made.doubles };
  }
  const make = (length: number): Float64Array[] => Array.from({ length }, () => new Float64Array(size));
  return { rooms: make(count), doubles: make(doubles) };
}

/** Copies a range into the beginning of a room and gives that part. What fills the last group of four is 0. */
export function load(room: Values, values: Values, start: number, length: number): Values {
  room.set(values.subarray(start, start + length));
  room.fill(0, length, (length + 3) & ~3);
  return room.subarray(0, length);
}

/** A range to be read only: where it lies, if that is in the kernel's memory in whole groups of four, else in the room. */
export function look(room: Values, values: Values, start: number, length: number): Values {
  return values.buffer === room.buffer && length % 4 === 0 ? values.subarray(start, start + length) : load(room, values, start, length);
}

/** Calls with the start and length of every block. */
export function eachRange(size: number, block: number, visit: (start: number, length: number) => void): void {
  for (let start = 0; start < size; start += block) visit(start, Math.min(block, size - start));
}
