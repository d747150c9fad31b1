import { type PartnerRule, partnerRules } from './partner.ts';

/** Which images share a draw, and who is mixed with whom. */
export interface ShareOptions {
  /**
   * One draw for the whole batch (what the papers' code does), one for each of its images, or one for each image and its partner, which only `partner: 'reverse'` makes
   * pairs of. Default 'batch'.
   */
  readonly per?: 'batch' | 'pair' | 'sample';
  /** Default 'permutation'. */
  readonly partner?: PartnerRule;
}

/** Calls `draw` once for the batch, or once for each of `rows` or of its pairs, which share what comes: a list of one, or of `rows`. `draw` gets the (first) row that it is for. */
export type DrawsPer = <T>(rows: number, draw: (row: number) => T) => readonly T[];

/**
 * Checks the options once.
 *
 * @throws {RangeError} for an unknown rule, or pairs of anything but the batch in reverse
 */
export function drawsPer(caller: string, { per = 'batch', partner = 'permutation' }: ShareOptions): DrawsPer {
  if (!['batch', 'pair', 'sample'].includes(per)) throw new RangeError(`${caller}: per must be 'batch', 'pair' or 'sample', got '${per}'`);
  if (!partnerRules.includes(partner)) throw new RangeError(`${caller}: partner must be one of ${partnerRules.join(', ')}, got '${partner}'`);
  if (per === 'pair' && partner !== 'reverse') throw new RangeError(`${caller}: per: 'pair' needs partner: 'reverse', got '${partner}'`);
  return (rows, draw) => {
    const count = { batch: 1, pair: Math.ceil(rows / 2), sample: rows }[per];
    const drawn = Array.from({ length: count }, (_, row) => draw(row));
    return per === 'pair' ? Array.from({ length: rows }, (_, row) => drawn[Math.min(row, rows - 1 - row)]!) : drawn;
  };
}
