import { beta, type Rng } from '@mixwell/tensor';
import { checkAlpha, checkShare } from '../check.ts';
import type { PerRow } from './pair.ts';
import { type PartnerRule, partnerRules } from './partner.ts';

/** How a policy draws λ and partners. */
export interface PairOptions {
  /** λ ~ Beta(alpha, alpha), alpha > 0: small values keep one image nearly whole, large ones draw λ to 1/2. Default 1 (uniform). */
  readonly alpha?: number;
  /** This λ, in [0, 1], instead of a draw. */
  readonly lambda?: number;
  /**
   * One draw for the whole batch (what the papers' code does), one for each of its images, or one for each image and its partner, which only `partner: 'reverse'` makes
   * pairs of. Default 'batch'.
   */
  readonly per?: 'batch' | 'pair' | 'sample';
  /** Default 'permutation'. */
  readonly partner?: PartnerRule;
  /** Takes the larger of λ and 1 − λ, so that an image counts at least half in its own mixture. Default false. */
  readonly dominant?: boolean;
}

/**
 * Checks the options once. The function that comes back draws λ, one or one for each row.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], an unknown rule
 */
export function lambdaDraw(caller: string, options: PairOptions): (rng: Rng, rows: number) => PerRow {
  const { alpha = 1, lambda, per = 'batch', partner = 'permutation', dominant = false } = options;
  checkAlpha(caller, alpha);
  if (!['batch', 'pair', 'sample'].includes(per)) throw new RangeError(`${caller}: per must be 'batch', 'pair' or 'sample', got '${per}'`);
  if (!partnerRules.includes(partner)) throw new RangeError(`${caller}: partner must be one of ${partnerRules.join(', ')}, got '${partner}'`);
  if (per === 'pair' && partner !== 'reverse') throw new RangeError(`${caller}: per: 'pair' needs partner: 'reverse', got '${partner}'`);
  if (lambda !== undefined) {
    if (options.alpha !== undefined) throw new TypeError(`${caller}: takes alpha or lambda, got both`);
    checkShare(caller, 'lambda', lambda);
  }
  const draw = (rng: Rng): number => {
    const drawn = lambda ?? beta(rng, alpha, alpha);
    return dominant ? Math.max(drawn, 1 - drawn) : drawn;
  };
  return (rng, rows) => {
    if (per === 'batch') return draw(rng);
    const drawn = Float64Array.from({ length: per === 'pair' ? Math.ceil(rows / 2) : rows }, () => draw(rng));
    return per === 'pair' ? Float64Array.from({ length: rows }, (_, row) => drawn[Math.min(row, rows - 1 - row)]!) : drawn;
  };
}

/** λ as a list: one for all rows, or one for each. */
export function lambdaList(lambda: PerRow): readonly number[] {
  return typeof lambda === 'number' ? [lambda] : Array.from(lambda);
}
