import { defineMethod, type MergeMethod, type Values } from '../../method.ts';
import { flag } from '../../parameters/parameter-spec.ts';
import { blend } from '../blend.ts';
import { gram, norms } from './gram.ts';

const leastNormProduct = 1e-6;

/** How far to go from the base to the mean: n c / (1 + (n − 1) c) with the mean cosine c between task vectors. */
function interpolation(models: readonly Values[], base: Values, clampRatio: boolean): number {
  const n = models.length;
  const g = gram(models, base);
  const lengths = norms(g, n);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) sum += Math.min(1, Math.max(-1, g[i * n + j]! / Math.max(lengths[i]! * lengths[j]!, leastNormProduct)));
  }
  const cosine = sum / ((n * (n - 1)) / 2);
  const ratio = (n * cosine) / (1 + (n - 1) * cosine);
  return clampRatio ? Math.min(1, Math.max(0, cosine < 0 ? 0 : ratio)) : ratio;
}

function towardsMean(models: readonly Values[], base: Values, clampRatio: boolean, out: Values): void {
  const t = interpolation(models, base, clampRatio);
  blend(out, [...models, base], [...models.map(() => t / models.length), 1 - t]);
}

/**
 * Model Stock: from the base towards the mean of the models, as far as the angles between them say. Jang et al., ECCV 2024, arXiv 2403.19522.
 * Per tensor, or per row (last axis) with `filter_wise`. Where the task vectors oppose one another the formula leaves the line between base and mean: `clamp_ratio: false`
 * lets it.
 */
export const modelStock: MergeMethod = defineMethod({
  name: 'model_stock',
  base: 'required',
  models: [2, Infinity],
  parameters: { filter_wise: flag('tensor', false), clamp_ratio: flag('tensor', true) },
  elementwise: () => false,
  merge({ base, models, shape }, { filter_wise: filterWise, clamp_ratio: clampRatio }, _, out) {
    const row = filterWise ? (shape.at(-1) ?? 1) : out.length;
    for (let at = 0; at < out.length; at += row) {
      towardsMean(models.map((model) => model.subarray(at, at + row)), base!.subarray(at, at + row), clampRatio, out.subarray(at, at + row));
    }
  },
});
