import { defineMethod, type MergeMethod, type TensorInputs } from '../../method.ts';
import { flag, real } from '../../parameters/parameter-spec.ts';
import { blend } from '../blend.ts';
import { normaliseWeights } from '../average/linear.ts';
import { aroundBase, gram, norms, product, root, total } from './gram.ts';

/** Coefficients of the vectors in their spherical mean: its point, in the tangent space at their weighted mean, brought back to the sphere. @param g `[n, n]` */
function sphericalMean(g: Float64Array, weights: readonly number[], eps: number, { name }: TensorInputs): readonly number[] {
  const lengths = norms(g, weights.length);
  const units = lengths.map((norm) => 1 / (norm + eps));
  const sum = weights.map((weight, i) => weight * units[i]!);
  const sumNorm = root(product(g, sum, sum));
  if (sumNorm < eps) {
    if (weights.length === 2 || lengths.every((norm) => norm < eps)) return weights;
    throw new RangeError(`multislerp: models must not cancel out, got directions whose weighted sum is 0 in ${name}`);
  }
  const mean = sum.map((x) => x / sumNorm);
  // Σ wᵢ (uᵢ − ⟨uᵢ, m⟩ m), all as combinations of the vectors
  const along = total(weights.map((weight, i) => weight * units[i]! * product(g, weights.map((_, j) => (j === i ? 1 : 0)), mean)));
  const tangent = sum.map((x, i) => x - along * mean[i]!);
  const angle = root(product(g, tangent, tangent)) + eps;
  const scale = total(weights, lengths);
  return mean.map((x, i) => scale * (Math.cos(angle) * x + (Math.sin(angle) / angle) * tangent[i]!));
}

/**
 * Barycentric interpolation of any number of models on a sphere, around a base where there is one. Two that cancel out, and models that are all 0 (or all the base), are
 * averaged.
 */
export const multislerp: MergeMethod = defineMethod({
  name: 'multislerp',
  base: 'optional',
  models: [1, Infinity],
  parameters: { weight: real('model', 1), normalize_weights: flag('tensor', true), eps: real('tensor', 1e-8, '> 0', (x) => x > 0) },
  elementwise: () => false,
  merge(inputs, { weight, normalize_weights: normalise, eps }, _, out) {
    const { base, models, name } = inputs;
    const given = normalise ? normaliseWeights('multislerp', weight, name) : weight;
    const { terms, weights } = aroundBase(models, sphericalMean(gram(models, base), given, eps, inputs), base);
    blend(out, terms, weights);
  },
});
