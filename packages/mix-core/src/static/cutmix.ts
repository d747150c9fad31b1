import { integer, type Rng } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { type Box, boxArea } from '../plan/box.ts';
import { cutmixBox } from './cutmix-box.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
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

/**
 * The plan of CutMix for partners and boxes that are known: x with a box of x[partner]. Labels count by the pixels that show.
 *
 * @throws {RangeError} for a partner outside of the batch, a box outside of the image, another number of boxes than 1 or the number of partners
 */
export function cutmixPlan({ height, width, partner, boxes }: CutmixChoice): BoxPlan {
  const sources = pairSources('cutmixPlan', partner);
  const rows = partner.length;
  checkWhole('cutmixPlan', 'height', height);
  checkWhole('cutmixPlan', 'width', width);
  if (boxes.length !== 1 && boxes.length !== rows) throw new RangeError(`cutmixPlan: boxes must be one, or one for each of ${rows} rows, got ${boxes.length}`);
  for (const box of boxes) checkBox('cutmixPlan', box, height, width);
  const lambdas = boxes.map((box) => 1 - boxArea(box) / (height * width));
  return { kind: 'box', batch: rows, rows, k: 2, height, width, sources, boxes: Int32Array.from(boxes.flat()), labelWeights: pairWeights(lambdas, rows) };
}

/** A box of CutMix around a uniformly drawn pixel: its row, then its column. */
export function drawBox(rng: Rng, height: number, width: number, lambda: number): Box {
  const row = integer(rng, 0, height);
  const column = integer(rng, 0, width);
  return cutmixBox(height, width, lambda, [row, column]).box;
}

/**
 * CutMix: a box of another image, whose area share is about 1 − λ with λ ~ Beta(alpha, alpha), replaces that part of each image. With `per: 'batch'` all images share
 * one box. Draws λ first, then partners, then the centre's row and column (for each box).
 *
 * Yun et al., "CutMix: Regularization Strategy to Train Strong Classifiers with Localizable Features", ICCV 2019, arXiv 1905.04899.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], an empty batch
 */
export function cutmix(options: PairOptions = {}): Policy {
  const { partner: rule = 'permutation' } = options;
  const draw = lambdaDraw('cutmix', options);
  return (rng, batch) => {
    const [rows, height, width] = readSize('cutmix', batch);
    const lambdas = lambdaList(draw(rng, rows));
    const partner = drawPartner(rng, rows, rule);
    return cutmixPlan({ height, width, partner, boxes: lambdas.map((lambda) => drawBox(rng, height, width, lambda)) });
  };
}
