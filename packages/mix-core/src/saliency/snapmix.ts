import { type Box, boxArea, boxAt } from '../plan/box.ts';
import type { BoxPlan } from '../plan/plan.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { drawsPer } from '../policy/draws-per.ts';
import { readBatchLabels, readSize } from '../policy/evidence.ts';
import { readPartner } from '../policy/pair.ts';
import { drawPartner } from '../policy/partner.ts';
import { type Batch, definePolicy, type Policy } from '../policy/policy.ts';
import { drawBox, pasteBoxes } from '../static/cutmix.ts';
import { allRows, type PixelMap, pixelMaps } from './pixel-maps.ts';

export interface SameLabelOptions {
  /**
   * Where an image and its partner have the same label: 'once' (default) gives it the sum of both weights, 'reference' gives each of the two the sum, as the authors' code does,
   * which counts such pairs twice.
   */
  readonly sameLabel?: 'once' | 'reference';
}

export interface SnapmixChoice extends SameLabelOptions {
  /** [rows]: the image from which each image gets its box. */
  readonly partner: ArrayLike<number>;
  /** Where the partner shows: one box for all rows, or one for each. */
  readonly boxes: readonly Box[];
  /** The part of the partner that is resized into the box; as many as boxes. Where one of the two is empty, nothing is mixed. */
  readonly crops: readonly Box[];
}

/** What share of a map lies in a box; of one of zeros, which says nothing, the share of its pixels. */
function shareIn(map: PixelMap, width: number, box: Box): number {
  const [row0, column0, row1, column1] = box;
  let [inside, all] = [0, 0];
  for (const value of map) all += value;
  if (all === 0) return boxArea(box) / map.length;
  for (let row = row0; row < row1; row++) {
    for (let column = column0; column < column1; column++) inside += map[row * width + column]!;
  }
  return Math.min(inside / all, 1); // rounding may lead beyond
}

/** Boxes and crops of the plan, empty where either is. */
function pasted(caller: string, batch: Batch, { partner, boxes, crops }: SnapmixChoice): BoxPlan & { readonly crops: Int32Array } {
  const [rows, height, width] = readSize(caller, batch);
  if (crops.length !== boxes.length) throw new RangeError(`${caller}: crops must be as many as boxes, ${boxes.length}, got ${crops.length}`);
  const choice = { height, width, partner: readPartner(caller, partner, rows) };
  const [plan, taken] = [pasteBoxes(caller, { ...choice, boxes }), pasteBoxes(caller, { ...choice, boxes: crops }).boxes];
  const mixed = boxes.map((box, i) => boxArea(box) > 0 && boxArea(crops[i]!) > 0);
  const cleared = (all: Int32Array): Int32Array => all.map((value, i) => (mixed[Math.floor(i / 4)] ? value : 0));
  return { ...plan, boxes: cleared(plan.boxes), crops: cleared(taken), resize: 'bilinear-corners' };
}

function planSnap(caller: string, batch: Batch, choice: SnapmixChoice): BoxPlan {
  const { partner, sameLabel = 'once' } = choice;
  if (sameLabel !== 'once' && sameLabel !== 'reference') throw new RangeError(`${caller}: sameLabel must be 'once' or 'reference', got '${String(sameLabel)}'`);
  const plan = pasted(caller, batch, choice);
  const labels = readBatchLabels(caller, batch);
  const maps = pixelMaps(caller, batch, {}, allRows(batch.rows));
  const labelWeights = Float32Array.from(allRows(batch.rows).flatMap((row) => {
    const [other, at] = [partner[row]!, plan.boxes.length === 4 ? 0 : row];
    const own = 1 - shareIn(maps[row]!, plan.width, boxAt(plan.boxes, at));
    const others = shareIn(maps[other]!, plan.width, boxAt(plan.crops, at));
    if (labels[row] !== labels[other] || boxArea(boxAt(plan.boxes, at)) === 0) return [own, others];
    return [own + others, sameLabel === 'once' ? 0 : own + others];
  }));
  return { ...plan, labelWeights };
}

/**
 * The plan of SnapMix for partners and boxes that are known: a part of the partner, resized into a box. Each label counts by the share of its image's map that shows:
 * 1 − (share in the box), and the partner's share in the crop. They need not sum to 1. A map of zeros counts as uniform.
 *
 * @param batch with `labels`, and `saliency` [rows, height, width]: class activation maps of each image's own label
 * @throws {RangeError} for partners outside of the batch, boxes and crops outside of the image or of another number, maps that are missing, of another size, negative or NaN
 */
export function snapmixPlan(batch: Batch, choice: SnapmixChoice): BoxPlan {
  return planSnap('snapmixPlan', batch, choice);
}

export interface SnapmixOptions extends PairOptions, SameLabelOptions {}

/**
 * SnapMix, for classes that differ in details: a box of one part of the partner, of another size than where it is pasted; labels count by what the network sees in the parts.
 * Reads `labels` and `saliency` of the batch: `classActivationMap` (`@mixwell/mix-core/tf`) makes such maps. Draws λ ~ Beta(alpha, alpha) of the box, λ of the crop, partners,
 * then row and column of the box's centre and of the crop's (for each box).
 *
 * Huang, Wang, Tao, "SnapMix: Semantically Proportional Mixing for Augmenting Fine-grained Data", AAAI 2021, arXiv 2012.04846 (alpha = 5 on birds).
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1]; when drawing, for maps that are missing, of another size, negative or NaN
 */
export function snapmix(options: SnapmixOptions = {}): Policy {
  const { partner: rule = 'permutation' } = options;
  const [draw, draws] = [lambdaDraw('snapmix', options), drawsPer('snapmix', options)];
  return definePolicy(['labels', 'saliency'], (rng, batch) => {
    const [rows, height, width] = readSize('snapmix', batch);
    const [lambdas, cropLambdas] = [lambdaList(draw(rng, rows)), lambdaList(draw(rng, rows))];
    const partner = drawPartner(rng, rows, rule);
    const drawn = draws(rows, (row) => [drawBox(rng, height, width, lambdas[row]!), drawBox(rng, height, width, cropLambdas[row]!)] as const);
    return planSnap('snapmix', batch, { ...options, partner, boxes: drawn.map(([box]) => box), crops: drawn.map(([, crop]) => crop) });
  });
}
