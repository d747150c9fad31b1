import { integer, type Rng, uniform } from '@mixwell/tensor';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { drawsPer } from '../policy/draws-per.ts';
import { readSize } from '../policy/evidence.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import { gridCrop, gridKeep } from './grid-keep.ts';
import { maskPlan, stackMasks } from './mask-plan.ts';

type Range = readonly [least: number, most: number];

export interface GridmixOptions extends PairOptions {
  /** Holes along a row of the crop, whole numbers ≥ 1, both ends included. More than half the crop's width are cut down to that. Default [2, 6]. */
  readonly holes?: Range;
  /** Height of a patch over its width. Default [1, 1]. */
  readonly holeAspect?: Range;
  /** Share of the image's area that is cropped. Default [0.5, 1]. */
  readonly area?: Range;
  /** Height of the crop over its width. Default [0.5, 2]. */
  readonly aspect?: Range;
}

function checkRange(name: string, [least, most]: Range, whole: boolean, limit = Infinity): void {
  const fits = least > 0 && least <= most && most <= limit && Number.isFinite(most) && (!whole || (Number.isInteger(least) && Number.isInteger(most)));
  if (!fits) throw new RangeError(`gridmix: ${name} must be [least, most]${whole ? ' of whole numbers' : ''} with 0 < least <= most${limit < Infinity ? ` <= ${limit}` : ''}, got [${least}, ${most}]`);
}

const within = (rng: Rng, [least, most]: Range): number => least + uniform(rng) * (most - least);

/**
 * GridMix: the partner shows through a grid of holes, which take about 1 − λ, λ ~ Beta(alpha, alpha), of a randomly placed crop. Labels count by the mean of the mask. (The paper's
 * second loss, for labels of the patches, is not part of it.) Draws λ first, then partners, then for each mask the number of holes' place in its range, hole aspect, area, aspect, and
 * where the crop lies, columns before rows. For plans from choices of your own: `maskPlan` with `gridKeep`.
 *
 * Baek, Bang, Shim, "GridMix: Strong regularization through local context mapping", Pattern Recognition 2021.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], a range that is none, an empty batch, images in which a crop can be less than 2 pixels wide
 */
export function gridmix(options: GridmixOptions = {}): Policy {
  const { partner: rule = 'permutation', holes = [2, 6], holeAspect = [1, 1], area = [0.5, 1], aspect = [0.5, 2] } = options;
  const [draw, draws] = [lambdaDraw('gridmix', options), drawsPer('gridmix', options)];
  checkRange('holes', holes, true);
  checkRange('holeAspect', holeAspect, false);
  checkRange('area', area, false, 1);
  checkRange('aspect', aspect, false);
  const drawKeep = (rng: Rng, height: number, width: number, lambda: number): Float64Array => {
    const wanted = integer(rng, holes[0], holes[1] + 1);
    const patch = within(rng, holeAspect);
    const [share, shape] = [within(rng, area), within(rng, aspect)];
    const most = Math.floor(gridCrop(height, width, share, shape)[1] / 2);
    return gridKeep({ height, width, lambda, holes: Math.min(wanted, most), holeAspect: patch, area: share, aspect: shape, offset: [uniform(rng), uniform(rng)] });
  };
  return (rng, batch) => {
    const [rows, height, width] = readSize('gridmix', batch);
    const narrowest = gridCrop(height, width, area[0], aspect[1])[1];
    if (narrowest < 2) throw new RangeError(`gridmix: images must be so large that every crop has 2 columns, got ${height} × ${width}, where one may have ${narrowest}`);
    const lambdas = lambdaList(draw(rng, rows));
    const partner = drawPartner(rng, rows, rule);
    return maskPlan({ height, width, partner, keep: stackMasks(draws(rows, (row) => drawKeep(rng, height, width, lambdas[row]!))) });
  };
}
