import type { LabelInput } from '../plan/mix-labels.ts';
import { invertCdf } from './invert-cdf.ts';
import { checkKernel, type KernelOptions, kernelWeights } from './kernel.ts';
import { checkOthers, readVectors } from './vectors.ts';

/**
 * C-Mixup's partners inside a batch: the first rows are the anchors, all rows are candidates. Another law than that of the whole training set: the kernel acts on a
 * sample, and where that is small an anchor often meets itself.
 *
 * @param labels [rows] or [rows, dim]
 * @param u [anchors], anchors ≤ rows, in [0, 1): what each anchor's partner is drawn with, by cumulative inversion
 * @returns [anchors], numbers in [0, rows)
 * @throws {RangeError} as `labelKernelRow`, for u outside [0, 1), for more of them than rows
 */
export function batchPartners(labels: LabelInput, options: KernelOptions, u: ArrayLike<number>): Int32Array {
  checkKernel('batchPartners', options);
  const vectors = readVectors('batchPartners', 'labels', labels);
  checkOthers('batchPartners', vectors, options);
  if (u.length > vectors.count) throw new RangeError(`batchPartners: u must be at most one for each of ${vectors.count} rows, got ${u.length}`);
  const row = new Float64Array(vectors.count);
  return Int32Array.from({ length: u.length }, (_, b) => invertCdf(kernelWeights(vectors, b, options, row), u[b]!));
}
