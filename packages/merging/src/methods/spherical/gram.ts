import type { Values } from '../../method.ts';
import { eachRange, subtractBase } from '../task-vector/task-vector.ts';

/** Elements of a block of all vectors. */
const blockSize = 2048;

/** Σ a b with four sums, so that an addition need not wait for the one before. */
function dot(a: Float64Array, b: Float64Array, length: number): number {
  let [s, t, u, v, e] = [0, 0, 0, 0, 0];
  for (; e + 3 < length; e += 4) {
    s += a[e]! * b[e]!;
    t += a[e + 1]! * b[e + 1]!;
    u += a[e + 2]! * b[e + 2]!;
    v += a[e + 3]! * b[e + 3]!;
  }
  for (; e < length; e++) s += a[e]! * b[e]!;
  return s + t + (u + v);
}

/** `[n, n]`: scalar products of vectors, of their differences from a base where there is one, in float64. */
export function gram(vectors: readonly Values[], base: Values | undefined): Float64Array {
  const n = vectors.length;
  const out = new Float64Array(n * n);
  const rooms = vectors.map(() => new Float64Array(blockSize));
  eachRange(vectors[0]!.length, blockSize, (start, length) => {
    vectors.forEach((vector, i) => subtractBase(rooms[i]!.subarray(0, length), vector, base, start));
    for (let i = 0; i < n; i++) for (let j = i; j < n; j++) out[i * n + j] = out[i * n + j]! + dot(rooms[i]!, rooms[j]!, length);
  });
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) out[i * n + j] = out[j * n + i]!;
  return out;
}

/** cᵀ G d: the scalar product of two combinations of the vectors that G is of. */
export function product(g: Float64Array, c: readonly number[], d: readonly number[]): number {
  const n = c.length;
  return c.reduce((sum, x, i) => sum + x * d.reduce((inner, y, j) => inner + g[i * n + j]! * y, 0), 0);
}

/** √ of a square that rounding may have taken below 0. */
export const root = (square: number): number => Math.sqrt(Math.max(0, square));

/** The norms of the vectors. */
export const norms = (g: Float64Array, n: number): number[] => Array.from({ length: n }, (_, i) => root(g[i * n + i]!));

/** Σ xs, times ys where they are given. */
export const total = (xs: readonly number[], ys?: readonly number[]): number => xs.reduce((sum, x, i) => sum + x * (ys?.[i] ?? 1), 0);

/** Terms and weights of Σ cᵢ (xᵢ − base) + base. */
export function aroundBase(vectors: readonly Values[], coefficients: readonly number[], base: Values | undefined): { readonly terms: readonly Values[]; readonly weights: readonly number[] } {
  return base ? { terms: [...vectors, base], weights: [...coefficients, 1 - total(coefficients)] } : { terms: vectors, weights: coefficients };
}
