import { permutation, type Rng } from '@mixwell/tensor';

/**
 * Who is mixed with whom: a uniformly drawn permutation; the batch in reverse (timm), which draws nothing; each with the one before it (torchvision), which draws nothing;
 * or a permutation that is drawn again, up to 10 times, while it leaves an image in place (openmixup's CutMix and FMix).
 */
export type PartnerRule = 'permutation' | 'reverse' | 'roll' | 'redraw';

export const partnerRules: readonly PartnerRule[] = ['permutation', 'reverse', 'roll', 'redraw'];

function redrawn(rng: Rng, rows: number): Int32Array {
  let drawn = permutation(rng, rows);
  for (let tries = 1; tries < 10 && drawn.some((source, row) => source === row); tries++) drawn = permutation(rng, rows);
  return drawn;
}

/** rows − 1, …, 0 */
export function reversed(rows: number): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => rows - 1 - row);
}

/** [rows]: the partner of each row. */
export function drawPartner(rng: Rng, rows: number, rule: PartnerRule): Int32Array {
  switch (rule) {
    case 'reverse': return reversed(rows);
    case 'roll': return Int32Array.from({ length: rows }, (_, row) => (row + rows - 1) % rows);
    case 'redraw': return redrawn(rng, rows);
    default: return permutation(rng, rows);
  }
}
