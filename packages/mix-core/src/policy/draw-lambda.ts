import { beta, type Rng } from '@mixwell/tensor';
import { checkAlpha, checkShare } from '../check.ts';
import { drawsPer, type ShareOptions } from './draws-per.ts';
import type { PerRow } from './pair.ts';

/** How a policy draws λ and partners. */
export interface PairOptions extends ShareOptions {
  /** λ ~ Beta(alpha, alpha), alpha > 0: small values keep one image nearly whole, large ones draw λ to 1/2. Default 1 (uniform). */
  readonly alpha?: number;
  /** This λ, in [0, 1], instead of a draw. */
  readonly lambda?: number;
  /** Takes the larger of λ and 1 − λ, so that an image counts at least half in its own mixture. Default false. */
  readonly dominant?: boolean;
}

/**
 * Checks the options once. The function that comes back draws λ, one or one for each row.
 *
 * @param law the alpha of a policy whose default is not 1, and the second parameter of the Beta law where it is not alpha
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], an unknown rule
 */
export function lambdaDraw(caller: string, options: PairOptions, law: { readonly alpha?: number; readonly beta?: number | undefined } = {}): (rng: Rng, rows: number) => PerRow {
  const { alpha = law.alpha ?? 1, lambda, dominant = false } = options;
  checkAlpha(caller, alpha);
  const draws = drawsPer(caller, options);
  if (lambda !== undefined) {
    if (options.alpha !== undefined) throw new TypeError(`${caller}: takes alpha or lambda, got both`);
    checkShare(caller, 'lambda', lambda);
  }
  const draw = (rng: Rng): number => {
    const drawn = lambda ?? beta(rng, alpha, law.beta ?? alpha);
    return dominant ? Math.max(drawn, 1 - drawn) : drawn;
  };
  return (rng, rows) => {
    const drawn = draws(rows, () => draw(rng));
    return options.per === undefined || options.per === 'batch' ? drawn[0]! : Float64Array.from(drawn);
  };
}

/** λ as a list: one for all rows, or one for each. */
export function lambdaList(lambda: PerRow): readonly number[] {
  return typeof lambda === 'number' ? [lambda] : Array.from(lambda);
}
