import { integer, type Rng } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { type Box, boxArea } from '../plan/box.ts';
import { cutmixBox } from './cutmix-box.ts';
import { checkMinMax, drawMinMaxBox, type MinMax } from './minmax-box.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { drawsPer } from '../policy/draws-per.ts';
import { readSize } from '../policy/evidence.ts';
import { drawPartner } from '../policy/partner.ts';
import { pairSources, pairWeights } from '../policy/pair.ts';
import type { BoxPlan } from '../plan/plan.ts';
import type { Policy } from '../policy/policy.ts';

export interface CutmixChoice {
  readonly height: number;
  readonly width: number;
  /** [rows]: the image from which each image gets its box. */
  readonly partner: ArrayLike<number>;
  /** One box for all rows, or one for each. `cutmixBox` makes them from λ and a centre. */
  readonly boxes: readonly Box[];
}

function checkBox(caller: string, box: Box, height: number, width: number): void {
  const [row0, column0, row1, column1] = box;
  const fits = box.every(Number.isInteger) && row0 >= 0 && row0 <= row1 && row1 <= height && column0 >= 0 && column0 <= column1 && column1 <= width;
  if (!fits) throw new RangeError(`${caller}: boxes must be [row0, column0, row1, column1] within ${height} × ${width}, got [${box.join(', ')}]`);
}

/** The plan of boxes, one for all rows or one for each, into which the partner is pasted. */
export function pasteBoxes(caller: string, { height, width, partner, boxes }: CutmixChoice): BoxPlan {
  const sources = pairSources(caller, partner);
  const rows = partner.length;
  checkWhole(caller, 'height', height);
  checkWhole(caller, 'width', width);
  if (boxes.length !== 1 && boxes.length !== rows) throw new RangeError(`${caller}: boxes must be one, or one for each of ${rows} rows, got ${boxes.length}`);
  for (const box of boxes) checkBox(caller, box, height, width);
  const lambdas = boxes.map((box) => 1 - boxArea(box) / (height * width));
  return { kind: 'box', batch: rows, rows, k: 2, height, width, sources, boxes: Int32Array.from(boxes.flat()), labelWeights: pairWeights(lambdas, rows) };
}

/**
 * The plan of CutMix for partners and boxes that are known: x with a box of x[partner]. Labels count by the pixels that show.
 *
 * @throws {RangeError} for a partner outside of the batch, a box outside of the image, another number of boxes than 1 or the number of partners
 */
export function cutmixPlan(choice: CutmixChoice): BoxPlan {
  return pasteBoxes('cutmixPlan', choice);
}

/** A box of CutMix around a uniformly drawn pixel: its row, then its column. */
export function drawBox(rng: Rng, height: number, width: number, lambda: number): Box {
  const row = integer(rng, 0, height);
  const column = integer(rng, 0, width);
  return cutmixBox(height, width, lambda, [row, column]).box;
}

export interface CutmixOptions extends PairOptions {
  /** Draws the sides of the box itself between these shares of the image's sides, such as [0.2, 0.8], and puts all of it within the image. λ is not drawn then. */
  readonly minmax?: MinMax;
}

/**
 * CutMix: a box of another image, whose area share is about 1 − λ with λ ~ Beta(alpha, alpha), replaces that part of each image. With `per: 'batch'` all images share
 * one box, with 'pair' an image and its partner do. Draws λ first, then partners, then the centre's row and column (for each box); with `minmax` partners, then height, width, row
 * and column.
 *
 * Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", ICCV 2019, arXiv 1905.04899.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], an empty batch, an image too small for `minmax`
 * @throws {TypeError} for `minmax` together with alpha or λ
 */
export function cutmix(options: CutmixOptions = {}): Policy {
  const { partner: rule = 'permutation', minmax } = options;
  const draw = lambdaDraw('cutmix', options);
  const draws = drawsPer('cutmix', options);
  if (minmax) {
    checkMinMax('cutmix', 'minmax', minmax);
    if (options.alpha !== undefined || options.lambda !== undefined) throw new TypeError('cutmix: takes alpha, lambda or minmax, got several');
  }
  return (rng, batch) => {
    const [rows, height, width] = readSize('cutmix', batch);
    const lambdas = minmax ? [] : lambdaList(draw(rng, rows));
    const partner = drawPartner(rng, rows, rule);
    const boxes = draws(rows, (row) => (minmax ? drawMinMaxBox('cutmix', rng, [height, width], minmax) : drawBox(rng, height, width, lambdas[row]!)));
    return cutmixPlan({ height, width, partner, boxes });
  };
}
