import { beta, integer, type Rng, uniform } from '@mixwell/tensor';
import { checkAlpha, checkShare } from '../check.ts';
import { type Box, boxArea } from '../plan/box.ts';
import type { BoxPlan } from '../plan/plan.ts';
import { drawsPer, type ShareOptions } from '../policy/draws-per.ts';
import { readSize } from '../policy/evidence.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import { boxAround } from './box-around.ts';
import { type CutmixChoice, pasteBoxes } from './cutmix.ts';

export interface ResizemixChoice extends CutmixChoice {
  /** How the whole partner is resized into its box. Default 'nearest'. */
  readonly resize?: 'nearest' | 'bilinear';
}

export interface ResizemixOptions extends ShareOptions {
  /** The box's share of a side: 'beta' draws it from Beta(alpha, alpha), and uniformly from `scope` where that falls outside (openmixup); 'uniform' from `scope` (the paper). Default 'beta'. */
  readonly tau?: 'beta' | 'uniform';
  /** > 0, for `tau: 'beta'`. Default 1. */
  readonly alpha?: number;
  /** Least and largest share, in [0, 1]. Default [0.1, 0.8]. */
  readonly scope?: readonly [least: number, most: number];
  /** Default 'nearest'. */
  readonly resize?: 'nearest' | 'bilinear';
}

/**
 * The box of ResizeMix: sides ⌊τ·height⌋ and ⌊τ·width⌋ around a centre, cut off at the border, a box of odd side without its last pixel. λ is the share of pixels that are left.
 *
 * @param tau in [0, 1]
 * @param centre [row, column] of a pixel
 * @throws {RangeError} for τ outside [0, 1], a centre outside of the image, sizes that are no whole numbers ≥ 1
 */
export function resizemixBox(height: number, width: number, tau: number, centre: readonly [row: number, column: number]): { box: Box; lambda: number } {
  checkShare('resizemixBox', 'tau', tau);
  const box = boxAround('resizemixBox', [height, width], [Math.floor(height * tau), Math.floor(width * tau)], centre);
  return { box, lambda: 1 - boxArea(box) / (height * width) };
}

/**
 * The plan of ResizeMix for partners and boxes that are known: the whole of x[partner], resized, is pasted into the box. Labels count by the pixels that show; an empty box leaves x as
 * it is.
 *
 * @throws {RangeError} for a partner outside of the batch, a box outside of the image, another number of boxes than 1 or the number of partners
 */
export function resizemixPlan({ resize = 'nearest', ...choice }: ResizemixChoice): BoxPlan {
  if (resize !== 'nearest' && resize !== 'bilinear') throw new RangeError(`resizemixPlan: resize must be 'nearest' or 'bilinear', got '${String(resize)}'`);
  const plan = pasteBoxes('resizemixPlan', choice);
  return { ...plan, crops: plan.boxes.map((_, i) => [0, 0, plan.height, plan.width][i % 4]!), resize };
}

function tauDraw({ tau = 'beta', alpha = 1, scope: [least, most] = [0.1, 0.8] }: ResizemixOptions): (rng: Rng) => number {
  if (tau !== 'beta' && tau !== 'uniform') throw new RangeError(`resizemix: tau must be 'beta' or 'uniform', got '${String(tau)}'`);
  checkAlpha('resizemix', alpha);
  if (!(least >= 0 && least <= most && most <= 1)) throw new RangeError(`resizemix: scope must be [least, most] with 0 <= least <= most <= 1, got [${least}, ${most}]`);
  const inScope = (rng: Rng): number => least + uniform(rng) * (most - least);
  return (rng) => {
    if (tau === 'uniform') return inScope(rng);
    const drawn = beta(rng, alpha, alpha);
    return drawn >= least && drawn <= most ? drawn : inScope(rng);
  };
}

/**
 * ResizeMix: the whole partner, made smaller, is pasted onto each image, so that its label is never that of a part without the object. Draws scales first, then partners, then the
 * centre's row and column (for each box). Images so small that a box is empty stay as they are, with their own label: those of 1 × 1 always do.
 *
 * Qin, Fang, Zhang, Liu, Wang, Wang, "ResizeMix: Mixing Data with Preserved Object Information and True Labels", arXiv 2012.11101.
 *
 * @throws {RangeError} for alpha ≤ 0, a scope outside [0, 1], an unknown rule, an empty batch
 */
export function resizemix(options: ResizemixOptions = {}): Policy {
  const { partner: rule = 'permutation', resize = 'nearest' } = options;
  const [draw, draws] = [tauDraw(options), drawsPer('resizemix', options)];
  return (rng, batch) => {
    const [rows, height, width] = readSize('resizemix', batch);
    const scales = draws(rows, () => draw(rng));
    const partner = drawPartner(rng, rows, rule);
    const boxes = draws(rows, (row) => resizemixBox(height, width, scales[row]!, [integer(rng, 0, height), integer(rng, 0, width)]).box);
    return resizemixPlan({ height, width, partner, boxes, resize });
  };
}
