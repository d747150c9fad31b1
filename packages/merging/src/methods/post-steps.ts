import { dot } from '../kernel/vectors.ts';
import type { MergeMethod, Values } from '../method.ts';

/** The method, its results brought back between the smallest and the largest value that base and models have at each place. */
export const clampToInputs = (method: MergeMethod): MergeMethod => ({
  ...method,
  merge(inputs, parameters, statistics, out) {
    method.merge(inputs, parameters, statistics, out);
    const { base, models } = inputs;
    const all = base ? [base, ...models] : models;
    for (let e = 0; e < out.length; e++) {
      let [low, high] = [Infinity, -Infinity];
      for (const values of all) {
        low = Math.min(low, values[e]!);
        high = Math.max(high, values[e]!);
      }
      out[e] = Math.min(Math.max(out[e]!, low), high);
    }
  },
});

const norm = (values: Values): number => Math.sqrt(dot(values, values));

/** The method, every tensor scaled to the mean norm of the models' tensors: sums of task vectors make norms grow. A tensor of zeros stays. */
export const preserveNorm = (method: MergeMethod): MergeMethod => ({
  ...method,
  elementwise: () => false,
  merge(inputs, parameters, statistics, out) {
    method.merge(inputs, parameters, statistics, out);
    const size = norm(out);
    if (size === 0) return;
    const wanted = inputs.models.reduce((sum, model) => sum + norm(model), 0) / inputs.models.length;
    for (let e = 0; e < out.length; e++) out[e] = out[e]! * (wanted / size);
  },
});
