import type { LabelInput } from '../plan/mix-labels.ts';
import { checkIndex, checkKernel, type KernelOptions, kernelWeights } from './kernel.ts';
import { checkOthers, readVectors } from './vectors.ts';

/** Weights as shares of their sum. */
export function normalized(weights: Float64Array): Float64Array {
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/**
 * Row i of C-Mixup's partner law: the probability of each example to be mixed with example i, itself included. P(j | i) ∝ exp(−‖yᵢ − yⱼ‖² / 2s²).
 *
 * Yao, Wang, Zhang, Zou, Finn, "C-Mixup: Improving Generalization in Regression", NeurIPS 2022, arXiv 2210.05775, equation 6.
 *
 * @param labels [count] or [count, dim]
 * @returns [count], summing to 1
 * @throws {RangeError} for a bandwidth ≤ 0, an unknown kernel, labels that are not finite, an index out of range
 */
export function labelKernelRow(labels: LabelInput, i: number, options: KernelOptions): Float64Array {
  checkKernel('labelKernelRow', options);
  const vectors = readVectors('labelKernelRow', 'labels', labels);
  checkIndex('labelKernelRow', 'i', i, vectors.count);
  checkOthers('labelKernelRow', vectors, options);
  return normalized(kernelWeights(vectors, i, options, new Float64Array(vectors.count)));
}
