import { beta, type Rng } from '@mixwell/tensor';
import { checkAlpha, checkShare } from '../check.ts';

/** How λ is drawn. */
export interface LambdaOptions {
  /** λ ~ Beta(alpha, alpha), alpha > 0: small values keep one image nearly whole, large ones draw λ to 1/2. Default 1 (uniform). */
  readonly alpha?: number;
  /** This λ, in [0, 1], instead of a draw. */
  readonly lambda?: number;
  /** One draw for the whole batch (what the papers' code does), or one for each of its images. Default 'batch'. */
  readonly per?: 'batch' | 'sample';
}

/** Checks the options once; the function that comes back draws one λ, or one for each row. */
export function lambdaDraw(caller: string, options: LambdaOptions): (rng: Rng, rows: number) => PerRowDraw {
  const { alpha = 1, lambda, per = 'batch' } = options;
  checkAlpha(caller, alpha);
  if (!['batch', 'sample'].includes(per)) throw new RangeError(`${caller}: per must be 'batch' or 'sample', got '${per}'`);
  if (lambda !== undefined) {
    if (options.alpha !== undefined) throw new TypeError(`${caller}: takes alpha or lambda, got both`);
    checkShare(caller, 'lambda', lambda);
  }
  const draw = (rng: Rng): number => lambda ?? beta(rng, alpha, alpha);
  return (rng, rows) => (per === 'batch' ? draw(rng) : Float64Array.from({ length: rows }, () => draw(rng)));
}

type PerRowDraw = number | Float64Array;
