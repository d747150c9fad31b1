import { type HostTensor, integer, permutation, type Rng, uniform } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { checkMaps, readMaps } from '../policy/evidence.ts';
import { drawPartner } from '../policy/partner.ts';
import { definePolicy, type Policy } from '../policy/policy.ts';
import type { MaskPlan } from '../plan/plan.ts';
import { maskPlan } from '../static/mask-plan.ts';
import { blockMask } from './block-mask.ts';

export interface TokenmixChoice {
  /** [rows]: the image that shows in the pasted tokens. */
  readonly partner: ArrayLike<number>;
  /** [height, width] of the grid shared by all rows, or [rows, height, width]: 1 where the partner shows, else 0. */
  readonly pasted: ArrayLike<number>;
  /** [rows, height, width] ≥ 0: how much each token says of its image's class, such as the attention of the class token, or a teacher's score of the class. */
  readonly importance: HostTensor<'float32' | 'float64'>;
}

export interface TokenmixOptions extends PairOptions {
  /** Overlapping blocks, or tokens here and there. Default 'block'. */
  readonly mask?: 'block' | 'random';
  /** Tokens of the partner beyond the share 1 − λ. Default: one fourteenth of the grid, which are the 14 of 196 of the paper. */
  readonly minTokens?: number;
  /** Of blocks, in (0, 1]. Default 0.3. */
  readonly minAspect?: number;
}

/**
 * Tokens that come from the partner: ⌊(1 − λ)·tokens⌋ + minTokens, at most all of them.
 *
 * @param lambda in [0, 1]
 * @param tokens of the grid
 */
function pastedTokens(lambda: number, tokens: number, minTokens: number): number {
  return Math.min(tokens, Math.floor((1 - lambda) * tokens) + minTokens);
}

/** [rows, 2]: share of the importance of each image that shows in its mixture. Where an image has none at all, every token counts the same. */
function importanceShares({ data }: HostTensor<'float32' | 'float64'>, sources: Int32Array, pasted: ArrayLike<number>, tokens: number): Float32Array {
  const shared = pasted.length === tokens;
  return Float32Array.from(sources, (source, i) => {
    const mask = shared ? 0 : (i >> 1) * tokens;
    let [shown, all, count] = [0, 0, 0];
    for (let token = 0; token < tokens; token++) {
      const shows = pasted[mask + token] === i % 2 ? 1 : 0;
      shown += shows * data[source * tokens + token]!;
      all += data[source * tokens + token]!;
      count += shows;
    }
    return all > 0 ? shown / all : count / tokens;
  });
}

/**
 * The plan of TokenMix for partners and masks that are known. The label of each source counts by the share of its own importance that shows; the two need not sum to 1.
 *
 * @throws {RangeError} for a partner outside of the batch, importance of another shape or negative, a mask of another size or of other values than 0 and 1
 */
export function tokenmixPlan({ partner, pasted, importance }: TokenmixChoice): MaskPlan {
  checkMaps('tokenmixPlan', 'importance', importance, partner.length);
  const [, height, width] = importance.shape as [number, number, number];
  const keep = Array.from(pasted, (value, i) => {
    if (value !== 0 && value !== 1) throw new RangeError(`tokenmixPlan: pasted[${i}] must be 0 or 1, got ${value}`);
    return 1 - value;
  });
  const plan = maskPlan({ height, width, partner, keep });
  return { ...plan, labelWeights: importanceShares(importance, plan.sources, pasted, height * width) };
}

function drawMask(rng: Rng, [height, width]: readonly [number, number], tokens: number, { mask = 'block', minAspect }: TokenmixOptions): Uint8Array {
  if (mask === 'block') {
    const draws = { uniform: (low: number, high: number) => uniform(rng, low, high), integer: (low: number, high: number) => integer(rng, low, high) };
    return blockMask({ height, width, tokens, ...(minAspect !== undefined && { minAspect }) }, draws);
  }
  const pasted = new Uint8Array(height * width);
  for (const at of permutation(rng, height * width).subarray(0, tokens)) pasted[at] = 1;
  return pasted;
}

/**
 * TokenMix: tokens of another image replace about a share 1 − λ of each image's, λ ~ Beta(alpha, alpha), in blocks or at random; labels count by the importance of the tokens
 * that show. The grid is that of `batch.attention` (the attention of the class token on the images before they are mixed, or a teacher's scores); images of any size are
 * mixed. With `per: 'batch'` all images share one mask. Draws λ, then partners, then the masks (`blockMask`, or a permutation of the tokens).
 *
 * Liu et al., "TokenMix: Rethinking Image Mixing for Data Augmentation in Vision Transformers", ECCV 2022, arXiv 2207.08409. The authors' own code has λ = 1/2 throughout:
 * `lambda: 0.5`.
 *
 * @throws {RangeError} for options out of range, a batch without attention, or with maps of another shape
 */
export function tokenmix(options: TokenmixOptions = {}): Policy {
  const { partner: rule = 'permutation', mask = 'block', minTokens, minAspect = 0.3 } = options;
  const draw = lambdaDraw('tokenmix', options);
  if (mask !== 'block' && mask !== 'random') throw new RangeError(`tokenmix: mask must be 'block' or 'random', got '${String(mask)}'`);
  if (minTokens !== undefined) checkWhole('tokenmix', 'minTokens', minTokens, 0);
  if (!(minAspect > 0 && minAspect <= 1)) throw new RangeError(`tokenmix: minAspect must be in (0, 1], got ${minAspect}`);
  return definePolicy(['attention'], (rng, batch) => {
    const importance = readMaps('tokenmix', batch, 'attention');
    const [rows, height, width] = importance.shape as [number, number, number];
    const tokens = height * width;
    const lambdas = lambdaList(draw(rng, rows));
    const partner = drawPartner(rng, rows, rule);
    const masks = lambdas.map((lambda) => drawMask(rng, [height, width], pastedTokens(lambda, tokens, minTokens ?? Math.floor(tokens / 14)), options));
    return tokenmixPlan({ partner, pasted: masks.flatMap((pasted) => Array.from(pasted)), importance });
  });
}
