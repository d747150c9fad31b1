import { defineMethod, type MergeMethod } from '../../method.ts';
import { share } from '../../parameters/parameter-spec.ts';
import { blend } from '../blend.ts';
import { gram, norms } from './gram.ts';

/** Cosines beyond it are of vectors so nearly parallel that the straight line serves. */
const parallel = 0.9995;
/** A shorter vector is not divided by its norm. */
const leastNorm = 1e-8;

/** Coefficients of two vectors at share t of the arc between them. The ends are exact. */
export function arc(t: number, angle: number): [number, number] {
  if (t === 0 || t === 1) return [1 - t, t];
  return [Math.sin((1 - t) * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
}

/** From the first model (t = 0) to the second (t = 1) along the arc. Shoemake, "Animating Rotation with Quaternion Curves", SIGGRAPH 1985. */
export const slerp: MergeMethod = defineMethod({
  name: 'slerp',
  base: 'none',
  models: [2, 2],
  parameters: { t: share('tensor') },
  elementwise: () => false,
  merge({ models }, { t }, _, out) {
    const g = gram(models, undefined);
    const [a, b] = norms(g, 2).map((norm) => (norm > leastNorm ? norm : 1)) as [number, number];
    const cosine = g[1]! / (a * b);
    blend(out, models, Math.abs(cosine) > parallel ? [1 - t, t] : arc(t, Math.acos(cosine)));
  },
});
