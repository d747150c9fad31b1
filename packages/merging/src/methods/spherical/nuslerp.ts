import { defineMethod, type MergeMethod, type Values } from '../../method.ts';
import { flag, real } from '../../parameters/parameter-spec.ts';
import { blend } from '../blend.ts';
import { aroundBase, gram, norms } from './gram.ts';
import { arc } from './slerp.ts';

/** Norms are at least so large when vectors are divided by them. */
const leastNorm = 1e-7;
/** Below it the sine of the angle counts as 0. */
const leastSine = 1e-8;

/** Coefficients of two vectors at share t of the arc. @param g `[2, 2]`: their scalar products */
function coefficients(g: Float64Array, t: number): readonly [number, number] {
  const [a, b] = norms(g, 2) as [number, number];
  const cosine = g[1]! / (Math.max(a, leastNorm) * Math.max(b, leastNorm));
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine)));
  return Math.sin(angle) < leastSine ? [1 - t, t] : arc(t, angle);
}

/** Every vector along an axis apart: those that begin at `start + k` with elements `stride` apart. */
function alongAxis(models: readonly Values[], base: Values | undefined, t: number, length: number, stride: number, starts: Iterable<number>, out: Values): void {
  const column = (values: Values, start: number): Float64Array => Float64Array.from({ length }, (_, k) => values[start + k * stride]!);
  const result = new Float64Array(length);
  for (const start of starts) {
    const pair = models.map((model) => column(model, start));
    const origin = base && column(base, start);
    const { terms, weights } = aroundBase(pair, coefficients(gram(pair, origin), t), origin);
    blend(result, terms, weights);
    for (let k = 0; k < length; k++) out[start + k * stride] = result[k]!;
  }
}

/**
 * SLERP of two models by weights, t = w₂ / (w₁ + w₂), of their task vectors where there is a base: of the whole tensor, or with `nuslerp_flatten: false` of every vector along
 * the last axis, with `nuslerp_row_wise` along the first.
 */
export const nuslerp: MergeMethod = defineMethod({
  name: 'nuslerp',
  base: 'optional',
  models: [2, 2],
  parameters: { weight: real('model', 1), nuslerp_flatten: flag('tensor', true), nuslerp_row_wise: flag('tensor', false) },
  elementwise: () => false,
  merge({ base, models, shape }, { weight: [first, second], nuslerp_flatten: flatten, nuslerp_row_wise: rowWise }, _, out) {
    const sum = first! + second!;
    const t = Math.abs(sum) < 1e-6 ? 0.5 : second! / sum;
    const length = shape.at(rowWise ? 0 : -1) ?? 1;
    if (flatten || shape.length < 2) {
      const { terms, weights } = aroundBase(models, coefficients(gram(models, base), t), base);
      blend(out, terms, weights);
    } else {
      const vectors = out.length / length;
      const starts = Array.from({ length: vectors }, (__, k) => (rowWise ? k : k * length));
      alongAxis(models, base, t, length, rowWise ? vectors : 1, starts, out);
    }
  },
});
