import { integer } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { readSize } from '../policy/evidence.ts';
import { drawPartner } from '../policy/partner.ts';
import type { Policy } from '../policy/policy.ts';
import type { Box } from '../plan/box.ts';
import { cutmixPlan } from '../static/cutmix.ts';
import { cutmixBox } from '../static/cutmix-box.ts';

export interface TlaBoxOptions {
  /** Size of the images, multiples of `patch`. */
  readonly height: number;
  readonly width: number;
  /** Side of the network's square patches in pixels. */
  readonly patch: number;
  /** In [0, 1]. */
  readonly lambda: number;
  /** [row, column] of a patch. */
  readonly centre: readonly [row: number, column: number];
}

function checkPatches(caller: string, patch: number, height: number, width: number): void {
  if (height % patch !== 0 || width % patch !== 0) throw new RangeError(`${caller}: images must be divisible into patches of ${patch} × ${patch}, got ${height} × ${width}`);
}

/**
 * The box of CutMix (`cutmixBox`) on the grid of patches, in pixels: no patch is cut.
 *
 * @throws {RangeError} for λ outside [0, 1], a centre outside of the grid, images that patches do not divide
 */
export function tlaBox({ height, width, patch, lambda, centre }: TlaBoxOptions): Box {
  checkWhole('tlaBox', 'patch', patch);
  checkPatches('tlaBox', patch, height, width);
  const { box: [row0, column0, row1, column1] } = cutmixBox(height / patch, width / patch, lambda, centre);
  return [row0 * patch, column0 * patch, row1 * patch, column1 * patch];
}

/**
 * CutMix by whole patches, the mixing of token-label alignment; `alignTokenLabels` follows the labels of the patches through the network. Draws λ, then partners, then the
 * centre's row and column on the grid of patches (for each box).
 *
 * Xiao, Wang, Zheng, Zhu, Zhou, Lu, "Token-Label Alignment for Vision Transformers", ICCV 2023, arXiv 2210.06455.
 *
 * @param options `patch`: side of the network's square patches in pixels. Default 16
 * @throws {RangeError} for options out of range, or images that patches do not divide
 */
export function tla(options: PairOptions & { readonly patch?: number } = {}): Policy {
  const { patch = 16, partner: rule = 'permutation' } = options;
  const draw = lambdaDraw('tla', options);
  checkWhole('tla', 'patch', patch);
  return (rng, batch) => {
    const [rows, height, width] = readSize('tla', batch);
    checkPatches('tla', patch, height, width);
    const lambdas = lambdaList(draw(rng, rows));
    const partner = drawPartner(rng, rows, rule);
    const boxes = lambdas.map((lambda) => tlaBox({ height, width, patch, lambda, centre: [integer(rng, 0, height / patch), integer(rng, 0, width / patch)] }));
    return cutmixPlan({ height, width, partner, boxes });
  };
}
