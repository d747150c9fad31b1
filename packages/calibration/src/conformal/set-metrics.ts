import { toHost } from '@mixwell/tensor';
import { wilsonInterval } from '../intervals/wilson-interval.ts';
import { type ArrayInput, readLabels } from '../inputs/predictions.ts';

/** Samples, how many of their sets hold the label, and Wilson's 95 % interval of that share. */
export interface Coverage {
  readonly count: number;
  /** NaN without samples. */
  readonly coverage: number;
  readonly ciLow: number;
  readonly ciHigh: number;
}

export interface SizeCoverage extends Coverage {
  /** Sizes from … to, both included. */
  readonly from: number;
  readonly to: number;
}

/** How good prediction sets are. */
export interface SetMetrics extends Coverage {
  readonly meanSize: number;
  /** Share of sets without any class. */
  readonly empty: number;
  /** Share of sets of one class. */
  readonly single: number;
  /** One entry a class: samples that have it as label. */
  readonly perClass: readonly Coverage[];
  /** One entry a range of sizes that has samples. */
  readonly bySize: readonly SizeCoverage[];
  /** Size-stratified coverage violation: the largest |coverage − (1 − alpha)| of a range of sizes (Angelopoulos et al. 2021, section 4.3). */
  readonly sizeViolation: number;
}

const sizeRanges = [[0, 1], [2, 3], [4, 6], [7, 10], [11, 100], [101, Infinity]] as const;

function coverageOf(hits: readonly number[]): Coverage {
  const covered = hits.reduce((sum, hit) => sum + hit, 0);
  const [ciLow, ciHigh] = wilsonInterval(covered, hits.length);
  return { count: hits.length, coverage: covered / hits.length, ciLow, ciHigh };
}

/**
 * Coverage and size of prediction sets, overall, by class and by size.
 *
 * @param sets `[n, classes]` of 0 and 1, from `predictSets`
 * @param labels `[n]` classes
 * @param alpha the share of misses that was asked for, in (0, 1)
 * @throws {RangeError} for sets of another shape, labels out of range
 */
export function setMetrics(sets: ArrayInput, labels: ArrayInput, alpha: number): SetMetrics {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`setMetrics: alpha must be in (0, 1), got ${alpha}`);
  const { shape, data } = toHost(sets);
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || rows < 1) throw new RangeError(`setMetrics: sets must have the shape [n, classes], got [${shape.join(', ')}]`);
  const y = readLabels(labels, rows, columns, 'setMetrics');
  const hits = Array.from(y, (label, n) => Number(data[n * columns + label]));
  const sizes = Array.from(y, (_, n) => {
    let size = 0;
    for (let k = 0; k < columns; k++) size += Number(data[n * columns + k]);
    return size;
  });
  const share = (size: number): number => sizes.filter((s) => s === size).length / rows;
  const bySize = sizeRanges.map(([from, to]) => ({ from, to: Math.min(to, columns), ...coverageOf(hits.filter((_, n) => sizes[n]! >= from && sizes[n]! <= to)) })).filter(({ count }) => count > 0);
  return {
    ...coverageOf(hits),
    meanSize: sizes.reduce((sum, size) => sum + size, 0) / rows,
    empty: share(0),
    single: share(1),
    perClass: Array.from({ length: columns }, (_, k) => coverageOf(hits.filter((_hit, n) => y[n] === k))),
    bySize,
    sizeViolation: Math.max(...bySize.map(({ coverage }) => Math.abs(coverage - (1 - alpha)))),
  };
}
