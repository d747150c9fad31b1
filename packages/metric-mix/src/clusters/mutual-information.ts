import type { ToHostInput } from '@mixwell/tensor';
import { numberClasses, readLabels } from '../rows/read-labels.ts';

export interface MutualInformation {
  /** Normalised: I / mean of the two entropies, in [0, 1]. */
  readonly nmi: number;
  /** Adjusted for chance: (I − E[I]) / (mean of the two entropies − E[I]); about 0 for unrelated clusters, 1 for the same. */
  readonly ami: number;
}

/** ln 0!, …, ln n! */
function logFactorials(n: number): Float64Array {
  const logs = new Float64Array(n + 1);
  for (let i = 2; i <= n; i++) logs[i] = logs[i - 1]! + Math.log(i);
  return logs;
}

const entropy = (sizes: readonly number[], n: number): number => sizes.reduce((sum, size) => sum - (size / n) * Math.log(size / n), 0);

/** How often each size comes. */
function multiplicities(sizes: readonly number[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const size of sizes) counts.set(size, (counts.get(size) ?? 0) + 1);
  return counts;
}

/** E[I] over all ways to put n items into groups of these sizes, twice: the sum over hypergeometric counts (Vinh, Epps, Bailey, JMLR 2010, eq. 24a). */
function expectedInformation(a: readonly number[], b: readonly number[], n: number): number {
  const logs = logFactorials(n);
  let expected = 0;
  for (const [x, xs] of multiplicities(a)) {
    for (const [y, ys] of multiplicities(b)) {
      const fixed = logs[x]! + logs[y]! + logs[n - x]! + logs[n - y]! - logs[n]!;
      let sum = 0;
      for (let both = Math.max(1, x + y - n); both <= Math.min(x, y); both++) {
        const logProbability = fixed - logs[both]! - logs[x - both]! - logs[y - both]! - logs[n - x - y + both]!;
        sum += (both / n) * Math.log((n * both) / (x * y)) * Math.exp(logProbability);
      }
      expected += xs * ys * sum;
    }
  }
  return expected;
}

function information(a: Int32Array, b: Int32Array, sizesA: readonly number[], sizesB: readonly number[]): number {
  const n = a.length;
  const joint = new Map<number, number>();
  a.forEach((x, i) => {
    const cell = x * sizesB.length + b[i]!;
    joint.set(cell, (joint.get(cell) ?? 0) + 1);
  });
  let sum = 0;
  for (const [cell, count] of joint) {
    const [x, y] = [Math.floor(cell / sizesB.length), cell % sizesB.length];
    sum += (count / n) * Math.log((n * count) / (sizesA[x]! * sizesB[y]!));
  }
  return Math.max(0, sum);
}

/**
 * How much labels and clusters tell of one another, normalised by the arithmetic mean of their entropies: NMI, and AMI with the exact expectation under chance. Two partitions of one group
 * each, or of single items each, are the same: both are 1.
 *
 * @param labels `[rows]`, whole numbers
 * @param clusters `[rows]`, whole numbers
 * @throws {RangeError} for another shape, none, or what is no whole number
 */
export function mutualInformation(labels: ToHostInput, clusters: ToHostInput): MutualInformation {
  const own = readLabels('mutualInformation', 'labels', labels);
  if (own.length === 0) throw new RangeError('mutualInformation: labels must have at least one row, got none');
  const [x, y] = [numberClasses(own), numberClasses(readLabels('mutualInformation', 'clusters', clusters, own.length))];
  const n = own.length;
  if (x.counts.length === y.counts.length && (x.counts.length === 1 || x.counts.length === n)) return { nmi: 1, ami: 1 };
  const shared = information(x.of, y.of, x.counts, y.counts);
  const mean = (entropy(x.counts, n) + entropy(y.counts, n)) / 2;
  const expected = expectedInformation(x.counts, y.counts, n);
  const room = mean - expected;
  // rounding leaves a room of 0 where clusters cannot differ from chance
  return { nmi: shared / mean, ami: Math.abs(room) < 1e-14 ? 0 : (shared - expected) / room };
}
