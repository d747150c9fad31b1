import type * as autodiff from '@mixwell/autodiff';
import { createRng, normal } from '@mixwell/tensor';
import { bundleForOracle } from '@mixwell/testing';
import type * as tensorflow from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import type * as all from './tf.ts';

/** TensorFlow.js in float32 or float64, with this package on top. */
export type Library = typeof all & { readonly tf: typeof tensorflow };
export type Float64Library = Library & typeof autodiff;

let bundled: Promise<Float64Library> | undefined;

/** The library in float64, for all test files of a process. */
export const float64Library = (): Promise<Float64Library> => (bundled ??= bundleForOracle<typeof all & typeof autodiff>('@mixwell/autodiff', new URL('tf.ts', import.meta.url)));

export function near(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 2e-6): void {
  expect(got).toHaveLength(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(Math.abs(got[i]! - value)).toBeLessThan(tolerance * (1 + Math.abs(value))));
}

/** Rows of numbers of about `scale`. */
export function drawnRows(seed: number, n: number, width: number, scale = 1): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => Array.from({ length: width }, () => normal(rng, 0, scale)));
}

export const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
export const dot = (a: readonly number[], b: readonly number[]): number => sum(a.map((x, k) => x * b[k]!));
/** Between the ends of rows as they are. */
export const apart = (a: readonly number[], b: readonly number[]): number => Math.hypot(...a.map((x, k) => x - b[k]!));

export function unit(row: readonly number[]): number[] {
  const length = Math.hypot(...row);
  return row.map((x) => (length === 0 ? 0 : x / length));
}

export const cosine = (a: readonly number[], b: readonly number[]): number => dot(unit(a), unit(b));
/** Between unit rows. */
export const distance = (a: readonly number[], b: readonly number[]): number => apart(unit(a), unit(b));
