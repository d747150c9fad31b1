import { addAgreeing, addScaled, finish } from '../../kernel/vectors.ts';
import type { TensorInputs, Values } from '../../method.ts';
import type { Sparsify } from './sparsify/sparsify.ts';
import { eachDeltaBlock } from './task-vector.ts';

export interface CombineOptions {
  /** `[models]` */
  readonly weight: readonly number[];
  /** Whether the sum is divided by the weights that went into it. */
  readonly normalize: boolean;
  readonly lambda: number;
  /** Whether only what agrees with the elected sign counts. */
  readonly consensus: boolean;
}

/**
 * base + lambda · Σ wᵢ δᵢ, of sparsified task vectors δ, block by block: with a sign consensus as in TIES, and a division by weights where `normalize` says so.
 *
 * @param sparsify `[models]`, undefined for dense ones
 * @param block elements of a block
 */
export function combineTaskVectors(inputs: TensorInputs, sparsify: readonly (Sparsify | undefined)[], { weight, normalize, lambda, consensus }: CombineOptions, out: Values, block?: number): void {
  const sum = weight.reduce((a, b) => a + b, 0);
  eachDeltaBlock(inputs, out, ({ start, base, deltas, extra: [result], doubles: [mixed, divisor, elected] }) => {
    mixed!.fill(0);
    elected!.fill(0);
    divisor!.fill(normalize ? sum : 1);
    deltas.forEach((delta, i) => {
      sparsify[i]?.(delta, start);
      addScaled(delta, weight[i]!, consensus ? elected! : mixed!);
    });
    if (consensus) {
      divisor!.fill(0);
      deltas.forEach((delta, i) => addAgreeing(delta, weight[i]!, elected!, mixed!, divisor!));
      if (!normalize) divisor!.fill(1);
    }
    finish(base, mixed!, divisor!, lambda, result!);
    out.set(result!, start);
  }, { ...(block !== undefined && { block }), extra: 1, doubles: 3 });
}
