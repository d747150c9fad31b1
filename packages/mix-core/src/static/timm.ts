import { beta, type HostTensor, hostTensor, integer, type Rng, uniform } from '@mixwell/tensor';
import { checkShare, checkWhole } from '../check.ts';
import { type Box, boxArea } from '../plan/box.ts';
import { type LabelInput, mixLabels } from '../plan/mix-labels.ts';
import type { Plan } from '../plan/plan.ts';
import { drawsPer } from '../policy/draws-per.ts';
import { readSize } from '../policy/evidence.ts';
import { pairWeights, readLambdas } from '../policy/pair.ts';
import { reversed } from '../policy/partner.ts';
import type { Batch, Policy } from '../policy/policy.ts';
import { boxAround } from './box-around.ts';
import { cutmixPlan } from './cutmix.ts';
import { maskPlan } from './mask-plan.ts';
import { checkMinMax, drawMinMaxBox, type MinMax } from './minmax-box.ts';
import { mixupPlan } from './mixup.ts';

/** What is done with one image, or with all: mixup with λ, or a box of the partner. */
export interface TimmPart {
  /** What the image's own label counts, and without a box the image itself. */
  readonly lambda: number;
  readonly box?: Box;
}

export interface TimmOptions {
  /** λ of mixup ~ Beta(mixupAlpha, mixupAlpha); 0: no mixup. Default 1. */
  readonly mixupAlpha?: number;
  /** λ of CutMix ~ Beta(cutmixAlpha, cutmixAlpha); 0: no CutMix. Default 0. */
  readonly cutmixAlpha?: number;
  /** CutMix, with sides drawn between these shares of the image's, instead of by λ. Default: none. */
  readonly cutmixMinmax?: MinMax;
  /** Share of what is mixed at all. Default 1. */
  readonly prob?: number;
  /** Share of CutMix, where both are on. Default 0.5. */
  readonly switchProb?: number;
  /** All of that is drawn once for the batch, for each image and its partner, or for each image. Default 'batch'. */
  readonly mode?: 'batch' | 'pair' | 'elem';
  /** Whether labels count by the pixels that show, where the border cut off a box; else by the drawn λ. Default true. */
  readonly correctLam?: boolean;
  /** e of `targets`. Default 0.1. */
  readonly labelSmoothing?: number;
  /** Columns of `targets`. Default 1000. */
  readonly numClasses?: number;
}

/** A policy, and the targets that timm would give for its plans. */
export interface TimmMixup extends Policy {
  /**
   * [rows, numClasses] mixed and smoothed targets: (1 − e) · (mixed labels) + e / numClasses.
   *
   * @param labels [rows] whole numbers in [0, numClasses)
   */
  readonly targets: (plan: Plan, labels: LabelInput) => HostTensor<'float32'>;
}

/** [rows, height, width] weights of the images themselves. */
function paintKeep(parts: readonly TimmPart[], height: number, width: number): Float32Array {
  const keep = new Float32Array(parts.length * height * width);
  parts.forEach(({ lambda, box }, row) => {
    const image = keep.subarray(row * height * width, (row + 1) * height * width);
    image.fill(box ? 1 : lambda);
    if (box) for (let y = box[0]; y < box[2]; y++) image.fill(0, y * width + box[1], y * width + box[3]);
  });
  return keep;
}

export interface TimmChoice {
  /** Images in the batch; each is mixed with the one in its place from the end. */
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  /** One for all rows, or one for each. */
  readonly parts: readonly TimmPart[];
}

/**
 * The plan of timm's `Mixup` for what was drawn. Where some images get a box and others a λ it is one of masks.
 *
 * @throws {RangeError} for another number of parts than 1 or `rows`, λ outside [0, 1], a box outside of the image
 */
export function timmPlan({ rows, height, width, parts }: TimmChoice): Plan {
  checkWhole('timmPlan', 'rows', rows);
  const partner = reversed(rows);
  const lambdas = readLambdas('timmPlan', parts.map(({ lambda }) => lambda), parts.length === 1 ? 1 : rows);
  if (parts.every(({ box }) => !box)) return mixupPlan({ partner, lambda: parts.length === 1 ? lambdas[0]! : lambdas });
  const isBoxes = parts.every(({ lambda, box }) => box ?? lambda === 1);
  const plan = isBoxes
    ? cutmixPlan({ height, width, partner, boxes: parts.map(({ box = [0, 0, 0, 0] }) => box) })
    : maskPlan({ height, width, partner, keep: paintKeep(parts, height, width) });
  return { ...plan, labelWeights: pairWeights(lambdas, rows) };
}

type Settings = Required<Omit<TimmOptions, 'cutmixMinmax'>> & Pick<TimmOptions, 'cutmixMinmax'>;

function readOptions(options: TimmOptions): Settings {
  const settings = { mixupAlpha: 1, cutmixAlpha: 0, prob: 1, switchProb: 0.5, mode: 'batch' as const, correctLam: true, labelSmoothing: 0.1, numClasses: 1000, ...options };
  const { mixupAlpha, cutmixAlpha, cutmixMinmax, prob, switchProb, mode, labelSmoothing, numClasses } = settings;
  for (const [name, alpha] of Object.entries({ mixupAlpha, cutmixAlpha })) if (!(alpha >= 0 && alpha < Infinity)) throw new RangeError(`timmMixup: ${name} must be >= 0 and finite, got ${alpha}`);
  if (cutmixMinmax) checkMinMax('timmMixup', 'cutmixMinmax', cutmixMinmax);
  else if (mixupAlpha === 0 && cutmixAlpha === 0) throw new RangeError('timmMixup: mixupAlpha or cutmixAlpha must be > 0, or cutmixMinmax given, got none');
  for (const [name, share] of Object.entries({ prob, switchProb, labelSmoothing })) checkShare('timmMixup', name, share);
  if (!['batch', 'pair', 'elem'].includes(mode)) throw new RangeError(`timmMixup: mode must be 'batch', 'pair' or 'elem', got '${mode}'`);
  checkWhole('timmMixup', 'numClasses', numClasses);
  return settings;
}

function drawCutmix(rng: Rng, { cutmixAlpha, cutmixMinmax, correctLam }: Settings, height: number, width: number): TimmPart {
  const shown = (box: Box): number => 1 - boxArea(box) / (height * width);
  if (cutmixMinmax) {
    const box = drawMinMaxBox('timmMixup', rng, [height, width], cutmixMinmax);
    return { box, lambda: shown(box) };
  }
  const lambda = beta(rng, cutmixAlpha, cutmixAlpha);
  const side = Math.sqrt(1 - lambda);
  const box = boxAround('timmMixup', [height, width], [Math.floor(height * side), Math.floor(width * side)], [integer(rng, 0, height), integer(rng, 0, width)], 'keep');
  return { box, lambda: correctLam ? shown(box) : lambda };
}

/**
 * timm's `Mixup` by its arguments: mixup and CutMix with the batch in reverse, switched between for the batch, each pair or each image. Draws, for each of those, whether it is mixed,
 * which of the two (where both are on), λ, and a box. Unlike timm it takes odd batches, whose middle image meets itself. For mixup alone the batch needs no size.
 *
 * R. Wightman, timm 1.0, `timm.data.Mixup`.
 *
 * @returns the policy, with `targets(plan, labels)`
 * @throws {RangeError} for an alpha < 0 or both 0, shares outside [0, 1], an unknown mode, an empty batch, an image too small for `cutmixMinmax`
 */
export function timmMixup(options: TimmOptions = {}): TimmMixup {
  const settings = readOptions(options);
  const { mixupAlpha, cutmixAlpha, cutmixMinmax, prob, switchProb, mode, labelSmoothing, numClasses } = settings;
  const hasBoxes = cutmixAlpha > 0 || cutmixMinmax !== undefined;
  const draws = drawsPer('timmMixup', { per: mode === 'elem' ? 'sample' : mode, partner: 'reverse' });
  const drawPart = (rng: Rng, height: number, width: number): TimmPart => {
    if (uniform(rng) >= prob) return { lambda: 1 };
    const isCutmix = hasBoxes && (mixupAlpha === 0 || uniform(rng) < switchProb);
    return isCutmix ? drawCutmix(rng, settings, height, width) : { lambda: beta(rng, mixupAlpha, mixupAlpha) };
  };
  const policy = (rng: Rng, batch: Batch): Plan => {
    checkWhole('timmMixup', 'batch.rows', batch.rows);
    const [rows, height, width] = hasBoxes ? readSize('timmMixup', batch) : [batch.rows, 1, 1];
    return timmPlan({ rows, height, width, parts: draws(rows, () => drawPart(rng, height, width)) });
  };
  const targets = (plan: Plan, labels: LabelInput): HostTensor<'float32'> => {
    const { shape, data } = mixLabels(plan, labels, numClasses);
    return hostTensor('float32', shape, data.map((share) => (1 - labelSmoothing) * share + labelSmoothing / numClasses));
  };
  return Object.assign(policy, { targets });
}
