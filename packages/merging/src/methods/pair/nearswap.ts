import { defineMethod, type MergeMethod } from '../../method.ts';
import { real } from '../../parameters/parameter-spec.ts';

/** Moves the base towards the model where they are near: share clip(t / |θ − θ₀|, 0, 1). */
export const nearswap: MergeMethod = defineMethod({
  name: 'nearswap',
  base: 'required',
  models: [1, 1],
  parameters: { t: real('tensor', undefined, '>= 0', (x) => x >= 0) },
  elementwise: () => true,
  merge({ base, models: [model] }, { t }, _, out) {
    for (let e = 0; e < out.length; e++) {
      const [a, b] = [base![e]!, model![e]!];
      const share = Math.min(t / Math.max(Math.abs(a - b), 1e-6), 1);
      out[e] = share * b + (1 - share) * a;
    }
  },
});
