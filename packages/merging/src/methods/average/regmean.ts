import { defineMethod, type MergeMethod, type Values } from '../../method.ts';
import { oneOf, share } from '../../parameters/parameter-spec.ts';
import { solveSymmetric } from '../../numeric/solve-symmetric.ts';
import { blend } from '../blend.ts';

/** Element of a weight by input and output, in either layout. */
const placeOf = (layout: 'in-out' | 'out-in', inputs: number, outputs: number) => (i: number, o: number): number => (layout === 'in-out' ? i * outputs + o : o * inputs + i);

function merge(models: readonly Values[], grams: readonly Values[], inputs: number, reduction: number, layout: 'in-out' | 'out-in', out: Values): void {
  const outputs = out.length / inputs;
  const at = placeOf(layout, inputs, outputs);
  const left = new Float64Array(inputs * inputs);
  const right = new Float64Array(inputs * outputs);
  models.forEach((model, m) => {
    for (let i = 0; i < inputs; i++) {
      for (let j = 0; j < inputs; j++) {
        const g = grams[m]![i * inputs + j]! * (i === j ? 1 : reduction);
        left[i * inputs + j] = left[i * inputs + j]! + g;
        if (g !== 0) for (let o = 0; o < outputs; o++) right[i * outputs + o] = right[i * outputs + o]! + g * model[at(j, o)]!;
      }
    }
  });
  const solved = solveSymmetric(left, right, inputs, outputs);
  for (let i = 0; i < inputs; i++) for (let o = 0; o < outputs; o++) out[at(i, o)] = solved[i * outputs + o]!;
}

/**
 * RegMean: the weights of a linear layer that fit all models' outputs best, (Σ Gᵢ)⁻¹ Σ Gᵢ Wᵢ with the Gram matrices Gᵢ = Xᵢᵀ Xᵢ of its inputs (`companions`, `[in, in]`, for
 * matrices only), whose off-diagonals are multiplied by `reduction`; the plain mean for everything else. Jin et al., "Dataless Knowledge Fusion by Merging Weights of Language
 * Models", ICLR 2023, arXiv 2212.09849.
 */
export const regmean: MergeMethod = defineMethod({
  name: 'regmean',
  base: 'none',
  models: [1, Infinity],
  companions: { what: 'a Gram matrix of the inputs', shape: (shape) => (shape.length === 2 ? [shape[0]!, shape[0]!] : undefined) },
  parameters: { reduction: share('tensor', 0.9), layout: oneOf('merge', ['in-out', 'out-in'], 'in-out') },
  elementwise: () => false,
  merge({ models, companions, shape }, { reduction, layout }, _, out) {
    if (!companions) blend(out, models, models.map(() => 1 / models.length));
    else merge(models, companions, shape[layout === 'in-out' ? 0 : 1]!, reduction, layout, out);
  },
});
