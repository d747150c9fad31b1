import { defineMethod, type MergeMethod } from '../../method.ts';
import { real } from '../../parameters/parameter-spec.ts';

/**
 * Fisher merging: every parameter is the mean weighted by the diagonal Fisher information of each model (`companions`), of at least `floor`. Matena and Raffel, "Merging
 * Models with Fisher-Weighted Averaging", NeurIPS 2022, arXiv 2111.09832. `weight` multiplies a model's information.
 */
export const fisher: MergeMethod = defineMethod({
  name: 'fisher',
  base: 'none',
  models: [1, Infinity],
  companions: { what: 'diagonal Fisher information', shape: (shape) => shape },
  parameters: { weight: real('model', 1, '> 0', (x) => x > 0), floor: real('tensor', 1e-6, '> 0', (x) => x > 0) },
  elementwise: () => true,
  merge({ name, models, companions }, { weight, floor }, _, out) {
    companions!.forEach((information, i) => {
      const bad = information.findIndex((value: number) => !(value >= 0 && value < Infinity));
      if (bad !== -1) throw new RangeError(`fisher: diagonal Fisher information must be >= 0 and finite, got ${information[bad]} in ${name} of model ${i}`);
    });
    for (let e = 0; e < out.length; e++) {
      let [sum, total] = [0, 0];
      for (let i = 0; i < models.length; i++) {
        const information = weight[i]! * Math.max(companions![i]![e]!, floor);
        sum += information * models[i]![e]!;
        total += information;
      }
      out[e] = sum / total;
    }
  },
});
