import { createRng, hostTensor, normal } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestNeighbours } from './nearest-neighbours.ts';

const draw = (seed: number, rows: number, columns: number, step = 0): Float32Array => {
  const rng = createRng(seed);
  return Float32Array.from({ length: rows * columns }, () => (step > 0 ? Math.round(normal(rng) / step) * step : normal(rng)));
};

/** Orders by sums over all pairs, in float64. */
function byLoops(queries: Float32Array, gallery: Float32Array, columns: number, k: number, normalize: boolean, self: boolean): number[][] {
  const rowsOf = (values: Float32Array): number[][] => Array.from({ length: values.length / columns }, (_, r) => {
    const row = [...values.subarray(r * columns, (r + 1) * columns)];
    const norm = Math.hypot(...row);
    return normalize && norm > 0 ? row.map((value) => Math.fround(value / norm)) : row;
  });
  const among = rowsOf(gallery);
  return rowsOf(queries).map((a, q) => among
    .map((b, id) => ({ id, d: Math.round(1e9 * a.reduce((sum, value, c) => sum + (value - b[c]!) ** 2, 0)) }))
    .filter(({ id }) => !self || id !== q)
    .toSorted((x, y) => x.d - y.d || x.id - y.id)
    .slice(0, k)
    .map(({ id }) => id));
}

const table = (indices: ArrayLike<number>, k: number): number[][] => Array.from({ length: indices.length / k }, (_, q) => Array.from(indices).slice(q * k, (q + 1) * k));

describe('nearestNeighbours', () => {
  it('finds what loops over all pairs find, of any size', () => {
    const input = fc.record({ seed: fc.nat(), rows: fc.integer({ min: 2, max: 110 }), columns: fc.integer({ min: 1, max: 40 }), share: fc.double({ min: 0, max: 1, noNaN: true }), normalize: fc.boolean() });
    fc.assert(fc.property(input, ({ seed, rows, columns, share, normalize }) => {
      const values = draw(seed, rows, columns);
      const k = 1 + Math.floor(share * (rows - 2));
      const { indices } = nearestNeighbours({ data: values, shape: [rows, columns] }, { k, normalize });
      expect(table(indices.data, k)).toEqual(byLoops(values, values, columns, k, normalize, true));
    }), { numRuns: 30, seed: 1 });
  });

  it('finds rows of a gallery', () => {
    for (const normalize of [true, false]) {
      const [queries, gallery] = [draw(1, 70, 9), draw(2, 333, 9)];
      const { indices } = nearestNeighbours({ data: queries, shape: [70, 9] }, { gallery: { data: gallery, shape: [333, 9] }, k: 30, normalize });
      expect(table(indices.data, 30)).toEqual(byLoops(queries, gallery, 9, 30, normalize, false));
    }
  });

  it('keeps many rows of a long list apart: more candidates than a list has room for, again and again', () => {
    const values = draw(5, 450, 3);
    const { indices } = nearestNeighbours({ data: values, shape: [450, 3] }, { k: 4 });
    expect(table(indices.data, 4)).toEqual(byLoops(values, values, 3, 4, true, true));
  });

  it('puts the lower row first of two that are as near, and tells rows apart that 16 bits do not', () => {
    const values = draw(3, 300, 2, 1); // few different rows, many times
    for (const normalize of [true, false]) {
      const { indices } = nearestNeighbours({ data: values, shape: [300, 2] }, { k: 5, normalize: false });
      expect(table(indices.data, 5)).toEqual(byLoops(values, values, 2, 5, false, true));
      const same = nearestNeighbours({ data: new Float32Array(900).fill(1), shape: [300, 3] }, { k: 3, normalize });
      expect(table(same.indices.data, 3)).toEqual(Array.from({ length: 300 }, (_, q) => [0, 1, 2, 3].filter((id) => id !== q).slice(0, 3)));
    }
    const near = Float32Array.from({ length: 800 }, (_, i) => (i % 2 === 0 ? 1 : 1e-6 * ((i * 7919) % 801)));
    const { indices } = nearestNeighbours({ data: near, shape: [400, 2] }, { k: 1 });
    for (let q = 0; q < 400; q++) {
      const gap = (id: number): number => Math.abs(near[2 * id + 1]! - near[2 * q + 1]!);
      const least = Math.min(...Array.from({ length: 400 }, (_, id) => (id === q ? Infinity : gap(id))));
      expect(gap(indices.data[q]!)).toBeLessThan(least * 1.0001 + 1e-9);
    }
  });

  it('gives distances', () => {
    const { distances } = nearestNeighbours([[3, 0], [0, 5], [0, 0]], { k: 2, normalize: false });
    expect([...distances.data]).toEqual([3, Math.sqrt(34), 5, Math.sqrt(34), 3, 5].map(Math.fround));
    expect([...nearestNeighbours([[3, 0], [0, 5], [0, 0]], { k: 2 }).distances.data]).toEqual([1, Math.SQRT2, 1, Math.SQRT2, 1, 1].map(Math.fround));
  });

  it('gives the same for queries in blocks as for all at once', () => {
    const values = draw(7, 300, 20);
    const rows = { data: values, shape: [300, 20] };
    const together = nearestNeighbours(rows, { k: 10 });
    const apart = nearestNeighbours(rows, { gallery: rows, k: 11 });
    for (let q = 0; q < 300; q++) expect([...apart.indices.data.subarray(11 * q + 1, 11 * (q + 1))]).toEqual([...together.indices.data.subarray(10 * q, 10 * (q + 1))]);
  });

  it('tells how far it is', () => {
    const told: number[] = [];
    nearestNeighbours(hostTensor('float32', [200, 2], draw(1, 200, 2)), { k: 1, onProgress: (share) => told.push(share) });
    expect(told.length).toBe(4);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });

  it.each([
    [[[1, 2]], { k: 1 }, 'nearestNeighbours: k must be a whole number from 1 to 0, the rows that can be found, got 1'],
    [[[1, 2], [3, 4]], { k: 2 }, 'nearestNeighbours: k must be a whole number from 1 to 1, the rows that can be found, got 2'],
    [[[1, 2], [3, Number.NaN]], { k: 1 }, 'nearestNeighbours: embeddings: row 1, column 1 must be finite in float32, got NaN'],
    [[[1, 2], [3, 4]], { k: 1, gallery: [[1]] }, 'nearestNeighbours: embeddings and gallery must have rows of one length, got 2 and 1'],
    [[1, 2], { k: 1 }, 'nearestNeighbours: embeddings must have shape [rows, columns], none of them 0, got [2]'],
  ])('refuses %j with %j', (rows, options, message) => {
    expect(() => nearestNeighbours(rows, options)).toThrow(new RangeError(message));
  });
});
