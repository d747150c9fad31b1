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

/** Any plan of one to three sources for images of `height` × `width`, shared or per row. */
export const plansFor = (height: number, width: number): fc.Arbitrary<Plan> =>
  fc.record({ batch: fc.integer({ min: 1, max: 5 }), rows: fc.integer({ min: 1, max: 5 }), k: fc.integer({ min: 1, max: 3 }), shared: fc.boolean() }).chain(({ batch, rows, k, shared }) => {
    const count = shared ? 1 : rows;
    const common = {
      batch: fc.constant(batch),
      rows: fc.constant(rows),
      k: fc.constant(k),
      sources: fc.array(fc.nat(batch - 1), { minLength: rows * k, maxLength: rows * k }).map((values) => Int32Array.from(values)),
      labelWeights: simplex(rows, k),
    };
    return fc.oneof(
      fc.record({ kind: fc.constant('scalar' as const), ...common, weights: simplex(count, k) }),
      fc.record({ kind: fc.constant('box' as const), ...common, height: fc.constant(height), width: fc.constant(width), boxes: boxes(count * (k - 1), height, width) }),
      fc.record({ h: fc.integer({ min: 1, max: height }), w: fc.integer({ min: 1, max: width }) }).chain(({ h, w }) => fc.record({
        kind: fc.constant('mask' as const), ...common, height: fc.constant(h), width: fc.constant(w),
        masks: simplex(count * h * w, k), upsampling: fc.constantFrom('nearest' as const, 'bilinear' as const),
      })),
    );
  });
