import { permutation } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import type { MaskPlan } from '../plan/plan.ts';
import { lambdaDraw, type PairOptions } from '../policy/draw-lambda.ts';
import { readSize } from '../policy/evidence.ts';
import { type PerRow, readLambdas } from '../policy/pair.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import { maskPlan } from '../static/mask-plan.ts';

export interface MixproChoice {
  /** How many cells an image has from top to bottom. */
  readonly cellRows: number;
  readonly cellColumns: number;
  /** [rows]: the image that shows in the other cells. */
  readonly partner: ArrayLike<number>;
  /** [rows, cells]: a permutation of the cells for each row; the first ⌈λ·cells⌉ are kept. */
  readonly order: ArrayLike<number>;
  /** In [0, 1]: one number for all rows, or one for each. */
  readonly lambda: PerRow;
}

export interface MixproOptions extends PairOptions {
  /** Side of the square cells in pixels; divides height and width, and should be a multiple of the network's patches. Default 64. */
  readonly cell?: number;
}

/** [rows, cells]: 1 where a cell is kept. */
function keptCells({ cellRows, cellColumns, partner, order, lambda }: MixproChoice): Float32Array {
  const rows = partner.length;
  const cells = cellRows * cellColumns;
  if (order.length !== rows * cells) throw new RangeError(`mixproPlan: order must have ${rows} · ${cells} values, got ${order.length}`);
  const lambdas = readLambdas('mixproPlan', lambda, rows);
  const keep = new Float32Array(rows * cells);
  for (let row = 0; row < rows; row++) {
    const count = Math.ceil(lambdas[lambdas.length === 1 ? 0 : row]! * cells);
    const seen = new Set<number>();
    for (let i = 0; i < cells; i++) {
      const cell = order[row * cells + i]!;
      const fits = Number.isInteger(cell) && cell >= 0 && cell < cells && !seen.has(cell);
      if (!fits) throw new RangeError(`mixproPlan: order of row ${row} must be a permutation of ${cells} cells, got ${cell} at ${i}`);
      seen.add(cell);
      if (i < count) keep[row * cells + cell] = 1;
    }
  }
  return keep;
}

/**
 * The plan of MixPro's MaskMix for partners, λ and permutations that are known. Labels count by area; `mixproLabelWeights` makes the paper's of them.
 *
 * @throws {RangeError} for a partner outside of the batch, a λ outside [0, 1], an order that is no permutation for each row
 */
export function mixproPlan(choice: MixproChoice): MaskPlan {
  checkWhole('mixproPlan', 'cellRows', choice.cellRows);
  checkWhole('mixproPlan', 'cellColumns', choice.cellColumns);
  return maskPlan({ height: choice.cellRows, width: choice.cellColumns, partner: choice.partner, keep: keptCells(choice) });
}

/**
 * MixPro's MaskMix: each image keeps ⌈λ·cells⌉ of its square cells, λ ~ Beta(alpha, alpha), its partner shows in the others. Every image has a set of its own. Draws λ, then
 * partners, then a permutation of the cells for each image.
 *
 * Zhao et al., "MixPro: Data Augmentation with MaskMix and Progressive Attention Labeling for Vision Transformer", ICLR 2023, arXiv 2304.12043.
 *
 * @throws {RangeError} for options out of range, or images that cells do not divide
 */
export function mixpro(options: MixproOptions = {}): Policy {
  const { cell = 64, partner: rule = 'permutation' } = options;
  const draw = lambdaDraw('mixpro', options);
  checkWhole('mixpro', 'cell', cell);
  return (rng, batch) => {
    const [rows, height, width] = readSize('mixpro', batch);
    if (height % cell !== 0 || width % cell !== 0) throw new RangeError(`mixpro: images must be divisible into cells of ${cell} × ${cell}, got ${height} × ${width}`);
    const [cellRows, cellColumns] = [height / cell, width / cell];
    const lambda = draw(rng, rows);
    const partner = drawPartner(rng, rows, rule);
    const order = Array.from({ length: rows }, () => Array.from(permutation(rng, cellRows * cellColumns))).flat();
    return mixproPlan({ cellRows, cellColumns, partner, order, lambda });
  };
}
