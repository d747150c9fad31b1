import { createRng, integer, normal } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { kMeans } from './k-means.ts';
import { mutualInformation } from './mutual-information.ts';

/** Rows around corners of a cube, the corner of each. */
function blobs(seed: number, rows: number, spread: number) {
  const rng = createRng(seed);
  const labels = Int32Array.from({ length: rows }, () => integer(rng, 0, 8));
  return { labels, embeddings: { data: Float32Array.from({ length: 3 * rows }, (_, at) => 4 * ((labels[Math.floor(at / 3)]! >> at % 3) & 1) - 2 + spread * normal(rng)), shape: [rows, 3] } };
}

describe('kMeans', () => {
  it('finds clusters that lie apart', () => {
    const { labels, embeddings } = blobs(1, 600, 0.2);
    const { clusters, centres, inertia } = kMeans(embeddings, { clusters: 8, rng: createRng(2), normalize: false });
    expect(mutualInformation(labels, clusters).nmi).toBeCloseTo(1, 10);
    expect(inertia / 600 / 3).toBeCloseTo(0.04, 2);
    expect([...centres.data].every((value) => Math.abs(Math.abs(value) - 2) < 0.1)).toBe(true);
  });

  it('every row belongs to the nearest centre, and centres are the means of their rows', () => {
    const { embeddings } = blobs(3, 200, 2);
    const { clusters, centres, inertia } = kMeans(embeddings, { clusters: 11, rng: createRng(1), iterations: 200, normalize: false });
    const squared = (row: number, centre: number): number => [0, 1, 2].reduce((sum, c) => sum + (embeddings.data[3 * row + c]! - centres.data[3 * centre + c]!) ** 2, 0);
    let total = 0;
    for (let row = 0; row < 200; row++) {
      const least = Math.min(...Array.from({ length: 11 }, (_, k) => squared(row, k)));
      expect(squared(row, clusters.data[row]!)).toBeCloseTo(least, 10);
      total += least;
    }
    expect(inertia).toBeCloseTo(total, 6);
    for (let k = 0; k < 11; k++) {
      const own = [...clusters.data.keys()].filter((row) => clusters.data[row] === k);
      for (const c of [0, 1, 2]) expect(own.reduce((sum, row) => sum + embeddings.data[3 * row + c]!, 0) / own.length).toBeCloseTo(centres.data[3 * k + c]!, 5);
    }
  });

  it('does the same again with the same seed; takes as many clusters as rows, and fewer different rows than clusters', () => {
    const { embeddings } = blobs(3, 100, 1);
    const run = () => kMeans(embeddings, { clusters: 5, rng: createRng(7) });
    expect(run()).toEqual(run());
    expect(kMeans([[0, 1], [1, 0], [1, 1]], { clusters: 3, rng: createRng(1) }).inertia).toBeCloseTo(0, 10);
    expect(kMeans(Array.from({ length: 6 }, (_, i) => [i % 2, 1]), { clusters: 4, rng: createRng(1) }).inertia).toBeCloseTo(0, 10);
  });

  it('refuses more clusters than rows', () => {
    expect(() => kMeans([[1, 2]], { clusters: 2, rng: createRng(0) })).toThrow('kMeans: clusters must be at most the 1 rows, got 2');
  });
});

describe('mutualInformation', () => {
  /** E[I] as a mean over all orders of the clusters. */
  function expectedByOrders(labels: readonly number[], clusters: readonly number[]): number {
    const information = (b: readonly number[]): number => {
      const n = b.length;
      let sum = 0;
      for (const x of new Set(labels)) {
        for (const y of new Set(b)) {
          const both = labels.filter((label, i) => label === x && b[i] === y).length;
          const [a, c] = [labels.filter((label) => label === x).length, b.filter((cluster) => cluster === y).length];
          if (both > 0) sum += (both / n) * Math.log((n * both) / (a * c));
        }
      }
      return sum;
    };
    const orders = (rest: readonly number[]): number[][] => (rest.length === 0 ? [[]] : rest.flatMap((one, i) => orders(rest.filter((_, j) => j !== i)).map((order) => [one, ...order])));
    const all = orders(clusters);
    return all.reduce((sum, order) => sum + information(order), 0) / all.length;
  }

  it('is adjusted by the exact mean over all ways to assign the clusters', () => {
    const [labels, clusters] = [[0, 0, 0, 1, 1, 2], [5, 5, 7, 7, 5, 7]];
    const { nmi, ami } = mutualInformation(labels, clusters);
    const entropy = (of: readonly number[]): number => [...new Set(of)].reduce((sum, x) => { const p = of.filter((y) => y === x).length / of.length; return sum - p * Math.log(p); }, 0);
    const mean = (entropy(labels) + entropy(clusters)) / 2;
    const expected = expectedByOrders(labels, clusters);
    expect(ami).toBeCloseTo((nmi * mean - expected) / (mean - expected), 10);
  });

  it('is symmetric, and does not change with the names of groups or the order of rows', () => {
    fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 40 }), (pairs) => {
      const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
      const wanted = mutualInformation(a, b);
      const same = [mutualInformation(b, a), mutualInformation(a.map((x) => 7 - 3 * x), b), mutualInformation(a.toReversed(), b.toReversed())];
      for (const { nmi, ami } of same) {
        expect(nmi).toBeCloseTo(wanted.nmi, 9);
        expect(ami).toBeCloseTo(wanted.ami, 6);
      }
      expect(wanted.nmi).toBeLessThanOrEqual(1 + 1e-9);
    }), { numRuns: 100, seed: 1 });
  });

  it('is 1 for the same groups, and near 0 in the mean for unrelated ones, where NMI is not', () => {
    expect(mutualInformation([0, 0, 1, 2], [3, 3, 1, 9])).toEqual({ nmi: expect.closeTo(1, 12) as number, ami: expect.closeTo(1, 12) as number });
    expect(mutualInformation([0, 0], [1, 1])).toEqual({ nmi: 1, ami: 1 });
    expect(mutualInformation([0, 1], [1, 1])).toEqual({ nmi: 0, ami: 0 });
    const rng = createRng(3);
    const drawn = Array.from({ length: 40 }, () => mutualInformation(Array.from({ length: 60 }, () => integer(rng, 0, 20)), Array.from({ length: 60 }, () => integer(rng, 0, 20))));
    const mean = (of: readonly number[]): number => of.reduce((x, y) => x + y, 0) / of.length;
    expect(Math.abs(mean(drawn.map(({ ami }) => ami)))).toBeLessThan(0.03);
    expect(mean(drawn.map(({ nmi }) => nmi))).toBeGreaterThan(0.4);
  });

  it('refuses what does not fit', () => {
    expect(() => mutualInformation([0, 1], [0])).toThrow('mutualInformation: clusters must have shape [2], got [1]');
    expect(() => mutualInformation(new Int32Array(0), new Int32Array(0))).toThrow('mutualInformation: labels must have at least one row, got none');
  });
});
