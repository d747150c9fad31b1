import { createRng, integer, normal } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNeighbours } from './nearest-neighbours.ts';
import { retrievalMetrics } from './retrieval-metrics.ts';

/** Each measure by loops over ranked rows, from its definition. */
function byLoops(ranks: readonly (readonly number[])[], queryLabels: readonly number[], labels: readonly number[], self: boolean) {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const queries = ranks.map((ids, q) => ({
    hits: ids.map((id) => labels[id] === queryLabels[q]),
    r: labels.filter((label, id) => label === queryLabels[q] && !(self && id === q)).length,
  }));
  const valid = queries.filter(({ r }) => r > 0);
  const precision = (hits: readonly boolean[], i: number): number => hits.slice(0, i + 1).filter(Boolean).length / (i + 1);
  const averagePrecision = (hits: readonly boolean[], r: number): number => hits.reduce((sum, hit, i) => sum + (hit ? precision(hits, i) : 0), 0) / r;
  return {
    recall: (k: number, empty: boolean) => mean((empty ? queries : valid).map(({ hits }) => (hits.slice(0, k).some(Boolean) ? 1 : 0))),
    precisionAt1: mean(valid.map(({ hits }) => (hits[0] ? 1 : 0))),
    rPrecision: mean(valid.map(({ hits, r }) => precision(hits, r - 1))),
    mapAtR: mean(valid.map(({ hits, r }) => averagePrecision(hits.slice(0, r), r))),
    map: mean(valid.map(({ hits, r }) => averagePrecision(hits, r))),
    mrr: mean(valid.map(({ hits }) => 1 / (1 + hits.indexOf(true)))),
    queries: valid.length,
  };
}

const draw = (seed: number, rows: number, columns: number, classes: number) => {
  const rng = createRng(seed);
  return { rows: { data: Float32Array.from({ length: rows * columns }, () => normal(rng)), shape: [rows, columns] }, labels: Array.from({ length: rows }, () => integer(rng, 0, classes) * 3 - 7) };
};

const ranksOf = (indices: ArrayLike<number>, k: number): number[][] => Array.from({ length: indices.length / k }, (_, q) => Array.from(indices).slice(q * k, (q + 1) * k));

describe('retrievalMetrics', () => {
  it('are what loops over ranked rows give', () => {
    fc.assert(fc.property(fc.nat(), fc.integer({ min: 4, max: 80 }), fc.integer({ min: 1, max: 12 }), (seed, rows, classes) => {
      const { rows: embeddings, labels } = draw(seed, rows, 5, classes);
      if (new Set(labels).size === rows) return;
      const ranks = ranksOf(nearestNeighbours(embeddings, { k: rows - 1 }).indices.data, rows - 1);
      const wanted = byLoops(ranks, labels, labels, true);
      for (const emptyQueries of ['miss', 'exclude'] as const) {
        const { recallAt, k, ...got } = retrievalMetrics(embeddings, labels, { recallAt: [1, 3], fullRanking: true, emptyQueries });
        expect(k).toBe(rows - 1);
        for (const at of [1, 3]) expect(recallAt[at]).toBeCloseTo(wanted.recall(at, emptyQueries === 'miss'), 12);
        for (const [name, value] of Object.entries(got)) expect(value, name).toBeCloseTo(wanted[name as keyof typeof got & keyof typeof wanted] as number, 12);
      }
    }), { numRuns: 40, seed: 2 });
  });

  it('of a gallery', () => {
    const [queries, gallery] = [draw(1, 90, 6, 5), draw(2, 150, 6, 4)];
    const ranks = ranksOf(nearestNeighbours(queries.rows, { k: 150, gallery: gallery.rows }).indices.data, 150);
    const wanted = byLoops(ranks, queries.labels, gallery.labels, false);
    const { recallAt, k, ...got } = retrievalMetrics(queries.rows, queries.labels, { gallery: { embeddings: gallery.rows, labels: gallery.labels }, recallAt: [1, 10] });
    expect(k).toBeLessThan(60); // the largest class, not the gallery
    expect(recallAt[10]).toBeCloseTo(wanted.recall(10, true), 12);
    for (const [name, value] of Object.entries(got)) expect(value, name).toBeCloseTo(wanted[name as 'mapAtR'], 12);
    expect(got.queries).toBeLessThan(90);
  });

  it('average within classes first where asked for', () => {
    const labels = [0, 0, 0, 0, 1, 1];
    const embeddings = [[1, 0], [1, 0.01], [1, 0.02], [1, 0.03], [0, 1], [1, 0.06]];
    expect(retrievalMetrics(embeddings, labels).precisionAt1).toBeCloseTo(5 / 6, 12);
    expect(retrievalMetrics(embeddings, labels, { averagePerClass: true }).precisionAt1).toBeCloseTo(3 / 4, 12);
  });

  it("the rule of In-Shop asks for fewer than K strictly nearer; the nearest, for one among K", () => {
    const labels = [0, 1, 1, 0]; // row 3 is as near to row 0 as rows 1 and 2
    const embeddings = [[1, 0], [0, 1], [0, 1], [0, 1]];
    const at = (recallRule: 'nearest' | 'inShop') => retrievalMetrics(embeddings, labels, { recallRule, recallAt: [1] }).recallAt[1];
    expect(at('nearest')).toBe(2 / 4);
    expect(at('inShop')).toBe(3 / 4);
    // without ties they are the same
    const { rows, labels: drawn } = draw(4, 200, 3, 20);
    const [nearest, inShop] = (['nearest', 'inShop'] as const).map((recallRule) => retrievalMetrics(rows, drawn, { recallRule, recallAt: [1, 2, 5, 20] }).recallAt);
    expect(inShop).toEqual(nearest);
  });

  it('all rows the same: ties go to the lower row', () => {
    const { recallAt } = retrievalMetrics(Array.from({ length: 300 }, () => [1, 2]), Array.from({ length: 300 }, (_, i) => (i < 3 ? 0 : 1)), { recallAt: [1, 3, 4] });
    expect(recallAt).toEqual({ 1: 3 / 300, 3: 3 / 300, 4: 1 });
  });

  it.each([
    [[[1, 2], [3, 4], [5, 6]], [0, 0], {}, 'retrievalMetrics: labels must have shape [3], got [2]'],
    [[[1, 2], [3, 4], [5, 6]], [0, 1, 2], {}, 'retrievalMetrics: labels must have a class with another row to find, got none'],
    [[[1, 2], [3, 4], [5, 6]], [0, 0, 1.5], {}, 'retrievalMetrics: labels[2] must be a whole number, got 1.5'],
    [[[1, 2], [3, 4], [5, 6]], [0, 0, 1], { recallAt: [1, 3] }, 'retrievalMetrics: recallAt[1] must be a whole number from 1 to 2, the rows that can be found, got 3'],
    [[[1, 2], [3, 4], [5, 6]], [0, 0, 1], { recallRule: 'best' as 'inShop' }, "retrievalMetrics: recallRule must be 'nearest' or 'inShop', got 'best'"],
    [[[1, 2], [3, 4]], ['a', 'b'] as never, {}, 'retrievalMetrics: labels[0] must be a number, got string a'],
    [[[1, 2], [3]], [0, 0], {}, 'retrievalMetrics: embeddings[1] must be an array of 2 as its neighbours are, got an array of 1'],
    [[[1, 2]], [0], { gallery: { embeddings: [[1]], labels: [1] } }, 'retrievalMetrics: embeddings and gallery.embeddings must have rows of one length, got 2 and 1'],
    [[[1, 2]], [0], { gallery: { embeddings: [[1, 2]], labels: [1] } }, 'retrievalMetrics: labels must have a class with another row to find, got none'],
    [[[1, 2]], [0], { gallery: { embeddings: [[1, 2]], labels: [1, 2] } }, 'retrievalMetrics: gallery.labels must have shape [1], got [2]'],
  ])('refuses %j with %j, %j', (embeddings, labels, options, message) => {
    expect(() => retrievalMetrics(embeddings, labels, options)).toThrow(new RangeError(message));
  });
});
