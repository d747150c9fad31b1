import { defineMethod, type MergeMethod } from '../../method.ts';
import { real, whole } from '../../parameters/parameter-spec.ts';
import { blend } from '../blend.ts';
import { gram, norms, product, root, total } from './gram.ts';

/** Coefficients of the unit vector that all directions pull at with the same force. @param g `[n, n]`: scalar products of the vectors */
function karcherDirection(g: Float64Array, lengths: readonly number[], tol: number, iterations: number): number[] {
  const used = lengths.map((norm) => norm > tol);
  const share = 1 / used.filter(Boolean).length;
  const axis = (i: number): number[] => lengths.map((norm, j) => (i === j ? 1 / norm : 0));
  const directions = lengths.flatMap((_, i) => (used[i] ? [axis(i)] : []));
  const sum = lengths.map((norm, i) => (used[i] ? share / norm : 0));
  const sumNorm = root(product(g, sum, sum));
  let mean = sumNorm < tol ? directions[0]! : sum.map((x) => x / sumNorm);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const tangent = mean.map(() => 0);
    for (const direction of directions) {
      const cosine = Math.min(1, Math.max(-1, product(g, mean, direction)));
      const angle = Math.acos(cosine);
      if (angle < tol) continue;
      direction.forEach((x, i) => { tangent[i] = tangent[i]! + ((share * angle) / Math.sin(angle)) * (x - cosine * mean[i]!); });
    }
    const size = root(product(g, tangent, tangent));
    if (size < tol) break;
    const next = mean.map((x, i) => Math.cos(size) * x + (Math.sin(size) / size) * tangent[i]!);
    const norm = root(product(g, next, next));
    mean = next.map((x) => x / norm);
  }
  return mean;
}

/**
 * Karcher (Riemannian) mean of the models' directions, times the mean of their norms. A model of zeros has no direction but counts in the norm.
 * Karcher, "Riemannian Center of Mass and Mollifier Smoothing", 1977.
 */
export const karcher: MergeMethod = defineMethod({
  name: 'karcher',
  base: 'none',
  models: [1, Infinity],
  parameters: { max_iter: whole('tensor', 10), tol: real('tensor', 1e-5, '> 0', (x) => x > 0) },
  elementwise: () => false,
  merge({ models }, { max_iter: iterations, tol }, _, out) {
    const g = gram(models, undefined);
    const lengths = norms(g, models.length);
    const scale = total(lengths) / lengths.length;
    const direction = lengths.some((norm) => norm > tol) ? karcherDirection(g, lengths, tol, iterations) : lengths.map(() => 0);
    blend(out, models, direction.map((x) => x * scale));
  },
});
