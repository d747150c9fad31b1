import { createRng, integer } from '@mixwell/tensor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { load, rooms } from '../kernel/rooms.ts';
import type { Scan, TensorInputs } from '../method.ts';
import { type OrderStatistics, orderStatistics } from './order-statistics.ts';

const blocks = 64;
/** Rows are the models of the inputs, in blocks in the kernel's memory. */
const scansOf = (ranks: readonly number[], magnitudes: boolean) => orderStatistics({
  name: 'rank', magnitudes, ranks: () => ranks,
  values: ({ models }, _, visit) => models.forEach((row, i) => {
    const { singles: [room] } = rooms(1, 0, blocks);
    for (let start = 0; start < row.length; start += blocks) visit(i, load(room!, row, start, Math.min(blocks, row.length - start)) as Float32Array);
  }),
});

const inputsOf = (models: readonly Float32Array[], from = 0, to = models[0]!.length): TensorInputs => ({ name: 'x', shape: [models[0]!.length], offset: from, models: models.map((row) => row.subarray(from, to)) });

/** Folds pieces into partials of their own, which are combined in any order. */
function run(scans: readonly Scan[], models: readonly Float32Array[], pieces: readonly (readonly [number, number])[]): OrderStatistics {
  let found: Record<string, unknown> = {};
  for (const { name, start, fold, combine, finish } of scans) {
    const partials = pieces.map(([from, to]) => {
      const partial = start(models.length, found);
      if (to > from) fold(partial, inputsOf(models, from, to), found);
      return partial;
    });
    const all = start(models.length, found);
    partials.forEach((partial) => combine(all, partial));
    found = { ...found, [name]: finish(all, found) };
  }
  return found['rank'] as OrderStatistics;
}

const numbers = fc.array(fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, 1, -1, 1.5)), { minLength: 1, maxLength: 300 });

describe('orderStatistics', () => {
  it('is what sorting gives, ties, signs and denormal numbers included', () => {
    fc.assert(fc.property(numbers, fc.boolean(), fc.nat(), (values, magnitudes, seed) => {
      const row = Float32Array.from(values);
      const other = row.map((x) => -2 * x).map((x) => (Number.isFinite(x) ? x : 1));
      const rank = seed % row.length;
      const wanted = [row, other].map((r) => [rank, row.length - 1].map((k) => (magnitudes ? r.map(Math.abs) : r).toSorted((a, b) => a - b)[k]! + 0));
      const { size, values: got } = run(scansOf([rank, row.length - 1], magnitudes), [row, other], [[0, row.length]]);
      expect(size).toBe(row.length);
      expect(got.map((r) => r.map((x) => x + 0))).toEqual(wanted);
    }), { numRuns: 60, seed: 4 });
  });

  it('does not depend on how the values are split, or in which order they come', () => {
    const rng = createRng(9);
    const row = Float32Array.from({ length: 5000 }, () => integer(rng, -1000, 1000) / 7);
    const scans = scansOf([100, 2500, 4999], false);
    const whole = run(scans, [row], [[0, 5000]]);
    expect(run(scans, [row], [[3001, 5000], [0, 17], [17, 3001]])).toEqual(whole);
    expect(whole.values[0]).toEqual([100, 2500, 4999].map((k) => row.toSorted()[k]));
  });
});
