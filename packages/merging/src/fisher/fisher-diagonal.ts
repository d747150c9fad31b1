import { type HostTensor, type StateDict, stateDict } from '@mixwell/tensor';

/** The gradient of a sample's log-likelihood log p(y | x) for one label y. */
export interface LabelGradient {
  /** p(y | x) for the exact Fisher information; 1 for a label that was drawn from the model, and for the true one (empirical Fisher). */
  readonly probability: number;
  readonly gradient: StateDict<HostTensor>;
}

/**
 * Diagonal Fisher information, what `fisher` merging takes as companion: the mean over samples of Σ p(y | x) (∂ log p(y | x) / ∂θ)². Matena and Raffel, arXiv 2111.09832, eq. 4.
 *
 * @param samples for each the labels that count: all of them (exact), or one
 * @throws {RangeError} where there is no sample, or probabilities lie outside of [0, 1]
 */
export async function fisherDiagonal(samples: Iterable<readonly LabelGradient[]> | AsyncIterable<readonly LabelGradient[]>): Promise<StateDict<HostTensor<'float64'>>> {
  const sums = new Map<string, HostTensor<'float64'>>();
  let count = 0;
  for await (const labels of samples) {
    count += 1;
    for (const { probability, gradient } of labels) {
      if (!(probability >= 0 && probability <= 1)) throw new RangeError(`fisherDiagonal: probability must be in [0, 1], got ${probability} in sample ${count - 1}`);
      for (const [name, { shape, data }] of Object.entries(gradient)) {
        const sum = sums.get(name) ?? { dtype: 'float64', shape, data: new Float64Array(data.length) };
        sums.set(name, sum);
        if (sum.data.length !== data.length) throw new RangeError(`fisherDiagonal: ${name} must have shape [${sum.shape.join(', ')}] in every gradient, got [${shape.join(', ')}] in sample ${count - 1}`);
        for (let e = 0; e < data.length; e++) sum.data[e]! += probability * Number(data[e]) ** 2;
      }
    }
  }
  if (count === 0) throw new RangeError('fisherDiagonal: samples must hold at least 1, got 0');
  return stateDict([...sums].map(([name, sum]): [string, HostTensor<'float64'>] => [name, { ...sum, data: sum.data.map((value) => value / count) }]));
}
