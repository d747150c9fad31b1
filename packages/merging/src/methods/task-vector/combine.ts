import type { TensorInputs, Values } from '../../method.ts';
import type { Sparsify } from './sparsify/sparsify.ts';
import { eachRange, subtractBase, valuesLike } from './task-vector.ts';

export interface CombineOptions {
  /** `[models]` */
  readonly weight: readonly number[];
  /** Whether the sum is divided by the weights that went into it. */
  readonly normalize: boolean;
  readonly lambda: number;
  /** Whether only what agrees with the elected sign counts. */
  readonly consensus: boolean;
}

const add = (sum: Float64Array, delta: Values, weight: number): void => {
  for (let e = 0; e < delta.length; e++) sum[e] = sum[e]! + weight * delta[e]!;
};

/** Weighted deltas of the sign that their sum has, 0 counting as positive; and the weights that went in. */
function addAgreeing(mixed: Float64Array, divisor: Float64Array, elected: Float64Array, delta: Values, weight: number): void {
  for (let e = 0; e < delta.length; e++) {
    const value = weight * delta[e]!;
    if (elected[e]! >= 0 ? value > 0 : value < 0) {
      mixed[e] = mixed[e]! + value;
      divisor[e] = divisor[e]! + weight;
    }
  }
}

/**
 * base + lambda · Σ wᵢ δᵢ, of sparsified task vectors δ, block by block: with a sign consensus as in TIES, and a division by weights where `normalize` says so.
 *
 * @param sparsify `[models]`, undefined for dense ones
 * @param block elements of a block
 */
export function combineTaskVectors({ base, models }: TensorInputs, sparsify: readonly (Sparsify | undefined)[], options: CombineOptions, out: Values, block: number): void {
  const { weight, normalize, lambda, consensus } = options;
  const size = Math.min(block, out.length);
  const deltas = models.map((model) => valuesLike(model, size));
  const [mixed, divisor, elected] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const sum = weight.reduce((a, b) => a + b, 0);
  eachRange(out.length, block, (start, length) => {
    mixed.fill(0);
    elected.fill(0);
    divisor.fill(consensus ? 0 : sum);
    const ready = models.map((model, i) => {
      const delta = deltas[i]!.subarray(0, length);
      subtractBase(delta, model, base, start);
      sparsify[i]?.(delta, start);
      add(consensus ? elected : mixed, delta, weight[i]!);
      return delta;
    });
    if (consensus) ready.forEach((delta, i) => addAgreeing(mixed, divisor, elected, delta, weight[i]!));
    for (let e = 0; e < length; e++) {
      const total = normalize && Math.abs(divisor[e]!) >= 1e-8 ? divisor[e]! : 1;
      out[start + e] = (base ? base[start + e]! : 0) + (lambda * mixed[e]!) / total;
    }
  });
}
