import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { LabelInput } from '../plan/mix-labels.ts';
import { checkKernel } from './kernel.ts';
import { readVectors } from './vectors.ts';

/**
 * Several vectors of the same examples as one, each in units of its own bandwidth: a Gaussian kernel of bandwidth 1 on the result is the product of their kernels. With it partners are alike in
 * inputs and labels, or in features and labels.
 *
 * @param parts values [count] or [count, dim] with a bandwidth > 0
 * @returns [count, sum of the dims]
 * @throws {RangeError} for no parts, another number of examples, a bandwidth ≤ 0, values that are not finite
 */
export function jointVectors(parts: readonly { readonly values: LabelInput; readonly bandwidth: number }[]): HostTensor<'float64'> {
  if (parts.length === 0) throw new RangeError('jointVectors: parts must be at least one, got none');
  const read = parts.map(({ values, bandwidth }, i) => {
    checkKernel('jointVectors', { bandwidth });
    return { ...readVectors('jointVectors', `parts[${i}].values`, values), bandwidth };
  });
  const { count } = read[0]!;
  const odd = read.findIndex((part) => part.count !== count);
  if (odd !== -1) throw new RangeError(`jointVectors: parts[${odd}].values must be of ${count} examples, got ${read[odd]!.count}`);
  const dim = read.reduce((sum, part) => sum + part.dim, 0);
  const data = Array.from({ length: count }, (_, i) => read.map((part) => Array.from(part.data.subarray(i * part.dim, (i + 1) * part.dim), (value) => value / part.bandwidth)));
  return hostTensor('float64', [count, dim], Float64Array.from(data.flat(2)));
}
