import { dot } from '../../kernel/vectors.ts';
import type { Values } from '../../method.ts';
import { eachDeltaBlock } from '../task-vector/task-vector.ts';

/** `[n, n]`: scalar products of vectors, of their differences from a base where there is one, in float64. */
export function gram(vectors: readonly Values[], base: Values | undefined): Float64Array {
  const n = vectors.length;
  const out = new Float64Array(n * n);
  const inputs = { name: 'vectors', shape: [], offset: 0, ...(base && { base }), models: vectors };
  eachDeltaBlock(inputs, vectors[0]!, ({ deltas }) => {
    for (let i = 0; i < n; i++) for (let j = i; j < n; j++) out[i * n + j] = out[i * n + j]! + dot(deltas[i]!, deltas[j]!);
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
