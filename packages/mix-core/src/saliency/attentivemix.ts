import { checkAlpha, checkWhole } from '../check.ts';
import type { MaskPlan } from '../plan/plan.ts';
import { axisBlends } from '../plan/upsample.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { readMaps, readSize } from '../policy/evidence.ts';
import { pairWeights, type PerRow, readPartner } from '../policy/pair.ts';
import { drawPartner } from '../policy/partner.ts';
import { type Batch, definePolicy, type Policy } from '../policy/policy.ts';
import { maskPlan } from '../static/mask-plan.ts';
import type { PixelMap } from './pixel-maps.ts';

export interface AttentivemixChoice {
  /** [rows]: the image that shows around the cells that are kept. */
  readonly partner: ArrayLike<number>;
  /** How many cells of each image are kept: one number for all rows, or one for each. */
  readonly topK: PerRow;
}

/** 1 at the `count` largest cells, of equal ones the first. */
function topCells(map: PixelMap, count: number): Float32Array {
  const keep = new Float32Array(map.length);
  const order = Array.from(map, (_, cell) => cell).sort((a, b) => map[b]! - map[a]! || a - b);
  for (const cell of order.slice(0, count)) keep[cell] = 1;
  return keep;
}

/** How many of `size` pixels show each of `cells`, when a grid grows to an image by the nearest cell. */
function pixelsPerCell(cells: number, size: number): Float64Array {
  const counts = new Float64Array(cells);
  for (const { lower } of axisBlends(cells, size, 'nearest')) counts[lower]! += 1;
  return counts;
}

function planCells(caller: string, batch: Batch, { partner: given, topK }: AttentivemixChoice): MaskPlan {
  const [rows, height, width] = readSize(caller, batch);
  const { shape: [, down, across], data } = readMaps(caller, batch, 'attention');
  const [gridHeight, gridWidth] = [down!, across!];
  const cells = gridHeight * gridWidth;
  const counts = typeof topK === 'number' ? Array.from({ length: rows }, () => topK) : Array.from(topK);
  if (counts.length !== rows) throw new RangeError(`${caller}: topK must be one number, or one for each of ${rows} rows, got ${counts.length}`);
  counts.forEach((count) => checkWhole(caller, 'topK', count));
  const most = Math.max(...counts);
  if (most > cells) throw new RangeError(`${caller}: topK must be at most the ${cells} cells of the attention, got ${most}`);
  const [perRow, perColumn] = [pixelsPerCell(gridHeight, height), pixelsPerCell(gridWidth, width)];
  const keep = new Float32Array(rows * cells);
  const lambdas = new Float64Array(rows);
  counts.forEach((count, row) => {
    const kept = topCells(data.subarray(row * cells, (row + 1) * cells), count);
    keep.set(kept, row * cells);
    kept.forEach((value, cell) => { lambdas[row]! += value * perRow[Math.floor(cell / gridWidth)]! * perColumn[cell % gridWidth]!; });
    lambdas[row]! /= height * width;
  });
  return { ...maskPlan({ height: gridHeight, width: gridWidth, partner: readPartner(caller, given, rows), keep }), labelWeights: pairWeights(lambdas, rows) };
}

/**
 * The plan of AttentiveMix for partners and a number of cells that are known: the cells of x that have most attention on x[partner]. Labels count by the pixels that show.
 *
 * @param batch with `attention`: any map of a coarse grid, which grows to the image by the nearest cell
 * @throws {RangeError} for partners outside of the batch, a number of cells that is not in [1, cells], attention that is missing, negative or NaN
 */
export function attentivemixPlan(batch: Batch, choice: AttentivemixChoice): MaskPlan {
  return planCells('attentivemixPlan', batch, choice);
}

export interface AttentivemixOptions extends PairOptions {
  /** λ ~ Beta(alpha, beta), as the benchmark's text has it with 8. Default: alpha, as its code has it. */
  readonly beta?: number;
  /** This many cells, as in the original (6 of 7 × 7), instead of ⌊cells · λ⌋, at least 1. Nothing is drawn but partners. */
  readonly topK?: number;
}

/**
 * AttentiveMix: the parts of each image that a frozen network attends to, pasted onto its partner. Reads `attention` of the batch: of a convolutional network the mean over
 * channels of its last feature map, of a transformer the row of the class token. Draws λ ~ Beta(alpha, alpha) with alpha = 2 by default, then partners.
 *
 * Walawalkar et al., "Attentive CutMix: An Enhanced Data Augmentation Approach for Deep Learning Based Image Classification", ICASSP 2020, arXiv 2003.13048, with a fixed
 * number of cells; a number that follows λ is the "AttentiveMix+" of OpenMixup.
 *
 * @throws {RangeError} for alpha or beta ≤ 0, λ outside [0, 1]; when drawing, for attention that is missing, negative or NaN
 */
export function attentivemix(options: AttentivemixOptions = {}): Policy {
  const { beta, partner: rule = 'permutation', topK } = options;
  if (beta !== undefined) checkAlpha('attentivemix', beta, 'beta');
  if (topK !== undefined) checkWhole('attentivemix', 'topK', topK);
  const draw = lambdaDraw('attentivemix', options, { alpha: 2, beta });
  return definePolicy(['attention'], (rng, batch) => {
    const [rows] = readSize('attentivemix', batch);
    const { shape: [, down, across] } = readMaps('attentivemix', batch, 'attention');
    const cells = down! * across!;
    const counts = topK === undefined ? lambdaList(draw(rng, rows)).map((lambda) => Math.max(1, Math.floor(cells * lambda))) : [topK];
    const partner = drawPartner(rng, rows, rule);
    return planCells('attentivemix', batch, { partner, topK: counts.length === 1 ? counts[0]! : counts });
  });
}
