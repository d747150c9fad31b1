import { mergeKernel } from '../kernel/merge-kernel.ts';
import { collected } from '../kernel/rooms.ts';
import type { Scan, Statistics, TensorInputs } from '../method.ts';

/** Hands out the values of each row, block by block, in the kernel's memory. */
export type EachBlock = (inputs: TensorInputs, found: Statistics, visit: (row: number, block: Float32Array) => void) => void;

interface OrderStatisticsOptions {
  readonly name: string;
  /** Whether the signs of the values are left away. */
  readonly magnitudes?: boolean;
  /** Every row has as many values. */
  readonly values: EachBlock;
  /** Ranks that are wanted of `size` values, counted from 0, the smallest first. */
  readonly ranks: (size: number) => readonly number[];
}

/** `[rows, 65536]` */
interface Histogram {
  readonly rows: number;
  readonly counts: Float64Array;
}

/** Where the wanted ranks lie: the upper half of the key, and the rank among the values that share it. */
interface Coarse {
  readonly size: number;
  /** `[rows][ranks]` */
  readonly places: readonly (readonly { readonly bucket: number; readonly rank: number }[])[];
}

/** `[row][rank]`; equal for all rows. */
export interface OrderStatistics {
  readonly size: number;
  readonly values: readonly (readonly number[])[];
}

const buckets = 65_536;

/** Bits of floats as whole numbers of the same order: negative ones are turned round and lie below the others. */
const keyOf = (bits: number): number => (bits ^ ((bits >> 31) | 0x8000_0000)) >>> 0;

const scratch = new Uint32Array(1);
function valueOf(key: number): number {
  scratch[0] = key & 0x8000_0000 ? key ^ 0x8000_0000 : ~key;
  return new Float32Array(scratch.buffer)[0]!;
}

const bitsOf = (block: Float32Array): Int32Array => new Int32Array(block.buffer, block.byteOffset, block.length);

function add(into: Histogram, from: Histogram): void {
  for (let i = 0; i < into.counts.length; i++) into.counts[i] = into.counts[i]! + from.counts[i]!;
}

/** The first bucket at which the counts reach beyond a rank, and the rank within it. */
function locate(counts: Float64Array, rank: number): { readonly bucket: number; readonly rank: number } {
  let below = 0;
  for (let bucket = 0; bucket < buckets; bucket++) {
    const next = below + counts[bucket]!;
    if (rank < next) return { bucket, rank: rank - below };
    below = next;
  }
  throw new RangeError(`locate: rank must be < ${below}, got ${rank}`);
}

function countUpper(counts: Float64Array, bits: Int32Array, sign: number): void {
  for (let i = 0; i < bits.length; i++) {
    const at = keyOf(bits[i]! & sign) >>> 16;
    counts[at] = counts[at]! + 1;
  }
}

/** A bucket of a magnitude is that of both its signs. */
function countLower(counts: Float64Array, block: Float32Array, bucket: number, magnitudes: boolean): void {
  const { kernel } = mergeKernel();
  const found = collected();
  const count = (of: number, flip: number): void => {
    const length = kernel.collect(block.byteOffset, block.length, of, found.byteOffset);
    for (let i = 0; i < length; i++) {
      const at = found[i]! ^ flip;
      counts[at] = counts[at]! + 1;
    }
  };
  count(bucket, 0);
  if (magnitudes) count(bucket ^ 0xffff, 0xffff);
}

function upperScan({ name, magnitudes, values, ranks }: OrderStatisticsOptions): Scan<Histogram> {
  return {
    name: `${name}.upper`,
    start: (rows) => ({ rows, counts: new Float64Array(rows * buckets) }),
    fold: ({ counts }, inputs, found) => values(inputs, found, (row, block) => countUpper(counts.subarray(row * buckets, (row + 1) * buckets), bitsOf(block), magnitudes ? 0x7fff_ffff : -1)),
    combine: add,
    finish({ rows, counts }): Coarse {
      const rowsOf = Array.from({ length: rows }, (_, row) => counts.subarray(row * buckets, (row + 1) * buckets));
      const size = rowsOf[0]!.reduce((a, b) => a + b, 0);
      const wanted = ranks(size);
      return { size, places: rowsOf.map((row) => wanted.map((rank) => locate(row, rank))) };
    },
  };
}

function lowerScan({ name, magnitudes = false, values }: OrderStatisticsOptions): Scan<Histogram> {
  const coarse = (found: Statistics): Coarse => found[`${name}.upper`] as Coarse;
  return {
    name,
    start: (models, found) => ({ rows: models, counts: new Float64Array(coarse(found).places.flat().length * buckets) }),
    fold({ counts }, inputs, found) {
      const { places } = coarse(found);
      values(inputs, found, (row, block) => {
        places[row]!.forEach(({ bucket }, j) => {
          const at = (row * places[row]!.length + j) * buckets;
          countLower(counts.subarray(at, at + buckets), block, bucket, magnitudes);
        });
      });
    },
    combine: add,
    finish({ counts }, found): OrderStatistics {
      const { size, places } = coarse(found);
      return {
        size,
        values: places.map((row, i) => row.map(({ bucket, rank }, j) => {
          const at = (i * row.length + j) * buckets;
          return valueOf(((bucket << 16) | locate(counts.subarray(at, at + buckets), rank).bucket) >>> 0);
        })),
      };
    },
  };
}

/**
 * Exact order statistics of float32 values without sorting: one pass counts the upper 16 bits of order-preserving keys, one the lower 16 bits of those that share the
 * upper ones of a wanted rank. 512 KB a row (and wanted rank), whatever the number of values. The last scan's result is `OrderStatistics`.
 */
export const orderStatistics = (options: OrderStatisticsOptions): readonly [Scan, Scan] => [upperScan(options) as Scan, lowerScan(options) as Scan];
