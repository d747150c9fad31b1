import type { HostTensor } from '@mixwell/tensor';

/**
 * Xᵀ X of the inputs of a dense layer, summed over batches: what `regmean` takes as companion. Jin et al., "Dataless Knowledge Fusion by Merging Weights of Language Models",
 * ICLR 2023, arXiv 2212.09849.
 *
 * @param batches `[samples, inputs]` each; of a convolution its patches
 * @returns `[inputs, inputs]`
 * @throws {RangeError} where there is no batch, or numbers of inputs differ
 */
export async function gramMatrix(batches: Iterable<HostTensor> | AsyncIterable<HostTensor>): Promise<HostTensor<'float64'>> {
  let gram: HostTensor<'float64'> | undefined;
  for await (const { shape, data } of batches) {
    const inputs = shape[1] ?? 0;
    gram ??= { dtype: 'float64', shape: [inputs, inputs], data: new Float64Array(inputs * inputs) };
    if (shape.length !== 2 || inputs !== gram.shape[0]) throw new RangeError(`gramMatrix: batches must be [samples, ${gram.shape[0]}], got [${shape.join(', ')}]`);
    for (let s = 0; s < shape[0]!; s++) {
      const row = Float64Array.from(data.subarray(s * inputs, (s + 1) * inputs) as Float32Array);
      row.forEach((x, i) => { if (x !== 0) for (let j = 0; j < inputs; j++) gram!.data[i * inputs + j]! += x * row[j]!; });
    }
  }
  if (!gram) throw new RangeError('gramMatrix: batches must hold at least 1, got 0');
  return gram;
}
