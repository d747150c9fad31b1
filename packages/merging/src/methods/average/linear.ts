import { defineMethod, type MergeMethod } from '../../method.ts';
import { flag, real } from '../../parameters/parameter-spec.ts';
import { blend } from '../blend.ts';

/** Divides by their sum. @throws {RangeError} where they add up to nothing */
export function normaliseWeights(caller: string, weights: readonly number[], where: string): number[] {
  const sum = weights.reduce((a, b) => a + b, 0);
  if (Math.abs(sum) < 1e-8) throw new RangeError(`${caller}: weights must not add up to 0, got ${weights.join(', ')} for ${where}`);
  return weights.map((weight) => weight / sum);
}

/** Weighted average: Σ wᵢ θᵢ / Σ wᵢ, without the division where `normalize` is false. Wortsman et al., "Model soups", ICML 2022, arXiv 2203.05482. */
export const linear: MergeMethod = defineMethod({
  name: 'linear',
  base: 'none',
  models: [1, Infinity],
  parameters: { weight: real('model', 1), normalize: flag('tensor', true) },
  elementwise: () => true,
  merge({ name, models }, { weight, normalize }, _, out) {
    blend(out, models, normalize ? normaliseWeights('linear', weight, name) : weight);
  },
});
