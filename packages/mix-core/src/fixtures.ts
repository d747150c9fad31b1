import { createRng, type HostTensor, hostTensor, normal } from '@mixwell/tensor';
import * as fc from 'fast-check';
import type { Plan } from './plan/plan.ts';

/** Standard normal images. */
export function drawnImages(seed: number, shape: readonly number[]): HostTensor<'float32'> {
  const rng = createRng(seed);
  return hostTensor('float32', shape, Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(rng)));
}

const floats = (length: number): fc.Arbitrary<Float32Array> => fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: length, maxLength: length }).map((values) => Float32Array.from(values));

/** For each of `rows`, weights ≥ 0 that sum to 1 up to rounding. */
const simplex = (rows: number, k: number): fc.Arbitrary<Float32Array> => floats(rows * k).map((values) => values.map((value, i) => {
  const row = values.subarray(i - (i % k), i - (i % k) + k);
  const sum = row.reduce((a, b) => a + b, 0);
  return sum === 0 ? Number(i % k === 0) : value / sum;
}));

const range = (size: number): fc.Arbitrary<[number, number]> => fc.tuple(fc.nat(size), fc.nat(size)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const boxes = (count: number, height: number, width: number): fc.Arbitrary<Int32Array> =>
  fc.array(fc.tuple(range(height), range(width)).map(([[row0, row1], [column0, column1]]) => [row0, column0, row1, column1]), { minLength: count, maxLength: count }).map((all) => Int32Array.from(all.flat()));

/** Any permutation of the tiles of each of `count` sources, with some left out. */
const tilesOf = (count: number, tiles: number): fc.Arbitrary<Int32Array> =>
  fc.array(fc.integer({ min: -1, max: tiles - 1 }), { minLength: count * tiles, maxLength: count * tiles }).map((values) => Int32Array.from(values));

/** Crops that are not empty. */
const crops = (count: number, height: number, width: number): fc.Arbitrary<Int32Array> => {
  const part = (size: number): fc.Arbitrary<[number, number]> => fc.tuple(fc.nat(size - 1), fc.nat(size - 1)).map(([a, b]) => [Math.min(a, b), Math.max(a, b) + 1]);
  return fc.array(fc.tuple(part(height), part(width)).map(([[row0, row1], [column0, column1]]) => [row0, column0, row1, column1]), { minLength: count, maxLength: count }).map((all) => Int32Array.from(all.flat()));
};

/** Divisors of a size: how often it can be cut into tiles. */
const divisors = (size: number): fc.Arbitrary<number> => fc.constantFrom(...Array.from({ length: size }, (_, i) => i + 1).filter((n) => size % n === 0));

interface Kinds {
  /** Plans whose sources stay in their place. */
  readonly inPlace: fc.Arbitrary<Plan>;
  /** Plans with crops or tiles. */
  readonly warped: fc.Arbitrary<Plan>;
}

const kindsFor = (height: number, width: number, { batch, rows, k, shared }: { readonly batch: number; readonly rows: number; readonly k: number; readonly shared: boolean }): Kinds => {
  const count = shared ? 1 : rows;
  const common = {
    batch: fc.constant(batch),
    rows: fc.constant(rows),
    k: fc.constant(k),
    sources: fc.array(fc.nat(batch - 1), { minLength: rows * k, maxLength: rows * k }).map((values) => Int32Array.from(values)),
    labelWeights: simplex(rows, k),
  };
  const box = { kind: fc.constant('box' as const), ...common, height: fc.constant(height), width: fc.constant(width), boxes: boxes(count * (k - 1), height, width) };
  const resize = { crops: crops(count * (k - 1), height, width), resize: fc.constantFrom('nearest' as const, 'bilinear' as const, 'bilinear-corners' as const) };
  const mask = fc.record({ h: fc.integer({ min: 1, max: height }), w: fc.integer({ min: 1, max: width }) }).chain(({ h, w }) => fc.record({
    kind: fc.constant('mask' as const), ...common, height: fc.constant(h), width: fc.constant(w),
    masks: simplex(count * h * w, k), upsampling: fc.constantFrom('nearest' as const, 'bilinear' as const),
  }));
  const tiles = fc.record({ tileRows: divisors(height), tileColumns: divisors(width), own: fc.boolean() }).chain(({ own, tileRows, tileColumns }) =>
    fc.record({ tileRows: fc.constant(tileRows), tileColumns: fc.constant(tileColumns), tiles: tilesOf((own ? rows : 1) * k, tileRows * tileColumns) }));
  return {
    inPlace: fc.oneof(fc.record({ kind: fc.constant('scalar' as const), ...common, weights: simplex(count, k) }), fc.record(box), mask),
    warped: fc.oneof(fc.record({ ...box, ...resize }), fc.tuple(mask, tiles).map(([plan, moved]) => ({ ...plan, ...moved }))),
  };
};

const sizes = fc.record({ batch: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 1, max: 5 }), k: fc.integer({ min: 1, max: 3 }), shared: fc.boolean() });

/** Any plan of one to three sources for images of `height` × `width`, shared or per row, all of whose sources stay in place. */
export const plansFor = (height: number, width: number): fc.Arbitrary<Plan> => sizes.chain((size) => kindsFor(height, width, size).inPlace);

/** The same with crops or tiles. */
export const warpedPlansFor = (height: number, width: number): fc.Arbitrary<Plan> => sizes.chain((size) => kindsFor(height, width, size).warped);
