import type { Vectors } from './vectors.ts';

/** How likeness falls with distance: exp(−d² / 2s²), or 1 where d < s and 0 elsewhere. */
export type Kernel = 'gaussian' | 'tophat';

export interface KernelOptions {
  /** s > 0, in units of the labels. */
  readonly bandwidth: number;
  /** Default 'gaussian'. */
  readonly kernel?: Kernel;
  /** An example is never its own partner. Where no other is near enough to count, its nearest one is the partner. Default false, as in the paper. */
  readonly excludeSelf?: boolean;
  /** Distance ≥ 0 of the examples with these indices, where differences do not tell it: angles, say. Default: Euclidean. */
  readonly distance?: (i: number, j: number) => number;
}

/**
 * The kernel at distance t (in bandwidths), relative to its value at the nearest example that counts, t0. So the nearest one weighs 1 however far away it is, and the
 * weights of a row never all vanish.
 */
export const kernels: Readonly<Record<Kernel, (t: number, t0: number) => number>> = {
  gaussian: (t, t0) => (t <= t0 ? 1 : Math.exp(((t0 - t) * (t0 + t)) / 2)),
  tophat: (t, t0) => (t < 1 || t <= t0 ? 1 : 0),
};

/** @throws {RangeError} for a bandwidth that is no number > 0, or an unknown kernel */
export function checkKernel(caller: string, { bandwidth, kernel = 'gaussian' }: Pick<KernelOptions, 'bandwidth' | 'kernel'>): void {
  if (!(bandwidth > 0 && bandwidth < Infinity)) throw new RangeError(`${caller}: bandwidth must be > 0 and finite, got ${bandwidth}`);
  if (!Object.hasOwn(kernels, kernel)) throw new RangeError(`${caller}: kernel must be 'gaussian' or 'tophat', got '${kernel}'`);
}

/** @throws {RangeError} where i is no whole number in [0, count) */
export function checkIndex(caller: string, name: string, i: number, count: number): void {
  if (!Number.isInteger(i) || i < 0 || i >= count) throw new RangeError(`${caller}: ${name} must be a whole number in [0, ${count}), got ${i}`);
}

/** ‖a − b‖ / s of two of the vectors. */
function euclidean({ data, dim }: Vectors, bandwidth: number, i: number, j: number): number {
  if (dim === 1) return Math.abs(data[j]! - data[i]!) / bandwidth;
  let sum = 0;
  for (let d = 0; d < dim; d++) {
    const t = (data[j * dim + d]! - data[i * dim + d]!) / bandwidth;
    sum += t * t;
  }
  return Math.sqrt(sum);
}

function measured(distance: NonNullable<KernelOptions['distance']>, i: number, j: number): number {
  const d = distance(i, j);
  if (!(d >= 0)) throw new RangeError(`distance: must be >= 0, got ${d} for examples ${i} and ${j}`);
  return d;
}

/** Row i of the kernel, not normalised: the largest weight that counts is 1. Fills `out` [count] and returns it. */
export function kernelWeights(vectors: Vectors, i: number, { bandwidth, kernel = 'gaussian', excludeSelf = false, distance }: KernelOptions, out: Float64Array): Float64Array {
  let nearest = excludeSelf ? Infinity : 0;
  for (let j = 0; j < vectors.count; j++) {
    out[j] = distance ? measured(distance, i, j) / bandwidth : euclidean(vectors, bandwidth, i, j);
    if (excludeSelf && j !== i && out[j]! < nearest) nearest = out[j]!;
  }
  const weight = kernels[kernel];
  for (let j = 0; j < vectors.count; j++) out[j] = excludeSelf && j === i ? 0 : weight(out[j]!, nearest);
  return out;
}
