import { hostTensor, type HostTensor, integer, normal, type Rng } from '@mixwell/tensor';
import type { Dataset } from '../dataset.ts';
import { checkCount, checkSize } from './check.ts';

export interface GaussianPairOptions {
  /** Samples, ≥ 1. */
  readonly n: number;
  /** Coordinates of a sample, ≥ 1. Default 300. */
  readonly dim?: number;
  /** Mean of class 1 in each coordinate; class 0 has mean 0. */
  readonly delta: number;
  /** Standard deviation in each coordinate, > 0. Default 1. */
  readonly std?: number;
  readonly rng: Rng;
}

/**
 * Two overlapping classes, equally likely: x = std · N(0, I) + delta · label. The best classifier is right with probability Φ(delta √dim / (2 std)). Advances the generator.
 *
 * Chidambaram, Ge, "On the Limitations of Temperature Scaling for Distributions with Overlaps", ICLR 2024, arXiv 2306.00740.
 *
 * @returns images [n, dim]
 * @throws {RangeError} for options out of range
 */
export function gaussianPair({ n, dim = 300, delta, std = 1, rng }: GaussianPairOptions): Dataset & { readonly images: HostTensor<'float32'> } {
  checkCount('gaussianPair', 'n', n);
  checkCount('gaussianPair', 'dim', dim);
  checkSize('gaussianPair', 'std', std);
  if (!Number.isFinite(delta)) throw new RangeError(`gaussianPair: delta must be finite, got ${delta}`);
  const [labels, images] = [new Int32Array(n), new Float32Array(n * dim)];
  for (let i = 0; i < n; i++) {
    labels[i] = integer(rng, 0, 2);
    for (let at = i * dim; at < (i + 1) * dim; at++) images[at] = std * normal(rng) + delta * labels[i]!;
  }
  return { images: hostTensor('float32', [n, dim], images), labels: hostTensor('int32', [n], labels) };
}
