import { integer, type Rng, uniform } from '@mixwell/tensor';
import { kernels, type KernelOptions } from './kernel.ts';
import type { Draw } from './tree-sampler.ts';
import type { Vectors } from './vectors.ts';

/** Examples grouped by their label. */
interface Groups {
  /** [groups], ascending. */
  readonly values: Float64Array;
  /** [groups + 1]: where each group begins in `order`. */
  readonly starts: Int32Array;
  /** [count]: the examples, group by group. */
  readonly order: Int32Array;
  /** [count]: the place of each example in `order`. */
  readonly places: Int32Array;
  /** [count]: the group of each example. */
  readonly groupOf: Int32Array;
}

/** How many distinct values there are; counted up to `limit`. */
export function countDistinct(data: Float64Array, limit: number): number {
  const seen = new Set<number>();
  for (let i = 0; i < data.length && seen.size < limit; i++) seen.add(data[i]!);
  return seen.size;
}

function groupsOf(data: Float64Array): Groups {
  const values = Float64Array.from(new Set(data)).sort();
  const positions = new Map(Array.from(values, (value, group) => [value, group]));
  const groupOf = Int32Array.from(data, (value) => positions.get(value)!);
  const starts = new Int32Array(values.length + 1);
  for (const group of groupOf) starts[group + 1]!++;
  for (let group = 0; group < values.length; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice();
  const places = groupOf.map((group) => next[group]!++);
  const order = new Int32Array(data.length);
  places.forEach((place, example) => { order[place] = example; });
  return { values, starts, order, places, groupOf };
}

/** The first position whose entry exceeds u. */
function firstAbove(cumulative: Float64Array, u: number): number {
  let [low, high] = [0, cumulative.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulative[middle]! > u) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Exact draws for labels with few distinct values: first a value, by its kernel weight times how often it occurs, then one of its examples. The rows of the values are
 * computed when they are first needed and kept, O(distinct²) memory; a draw is O(log distinct).
 */
export function distinctSampler({ data }: Vectors, { bandwidth, kernel = 'gaussian', excludeSelf = false }: KernelOptions): Draw {
  const { values, starts, order, places, groupOf } = groupsOf(data);
  const weight = kernels[kernel];
  const rows: (Float64Array | undefined)[] = Array.from({ length: values.length });

  /** Cumulative weights of the values, seen from those of one. */
  const rowOf = (group: number): Float64Array => {
    const own = Number(excludeSelf);
    const candidates = (other: number): number => starts[other + 1]! - starts[other]! - (other === group ? own : 0);
    const distances = values.map((value) => Math.abs(value - values[group]!) / bandwidth);
    const nearest = excludeSelf ? distances.reduce((least, t, other) => (candidates(other) > 0 ? Math.min(least, t) : least), Infinity) : 0;
    let sum = 0;
    return distances.map((t, other) => (sum += candidates(other) * weight(t, nearest)));
  };

  return (anchor: number, rng: Rng) => {
    const group = groupOf[anchor]!;
    const row = (rows[group] ??= rowOf(group));
    const drawn = firstAbove(row, uniform(rng) * row.at(-1)!);
    const [start, end] = [starts[drawn]!, starts[drawn + 1]!];
    if (!excludeSelf || drawn !== group) return order[integer(rng, start, end)]!;
    const place = integer(rng, start, end - 1);
    return order[place < places[anchor]! ? place : place + 1]!;
  };
}
