import { alignmix } from '../feature/alignmix.ts';
import { manifoldmix } from '../feature/manifoldmix.ts';
import { comix } from '../optimal/comix.ts';
import { puzzlemix } from '../optimal/puzzlemix.ts';
import { noMixing } from '../policy/no-mixing.ts';
import type { Policy } from '../policy/policy.ts';
import { batchCMixup } from '../regression/batch-c-mixup.ts';
import { adpmix } from '../replay/adpmix.ts';
import { enmix } from '../replay/enmix.ts';
import { partialMixup } from '../replay/partial-mixup.ts';
import { attentivemix } from '../saliency/attentivemix.ts';
import { guidedmixup } from '../saliency/guidedmixup.ts';
import { saliencymix } from '../saliency/saliencymix.ts';
import { snapmix } from '../saliency/snapmix.ts';
import { cutmix } from '../static/cutmix.ts';
import { dMixup } from '../static/d-mixup.ts';
import { fmix } from '../static/fmix.ts';
import { gridmix } from '../static/gridmix.ts';
import { mixup } from '../static/mixup.ts';
import { resizemix } from '../static/resizemix.ts';
import { smoothmix } from '../static/smoothmix.ts';
import { timmMixup } from '../static/timm.ts';
import { mixpro } from '../transformer/mixpro.ts';
import { smmix } from '../transformer/smmix.ts';
import { tla } from '../transformer/tla.ts';
import { tokenmix } from '../transformer/tokenmix.ts';

export interface ExamplePolicy {
  /** Of the function that makes it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly policy: Policy;
}

const classes = Array.from({ length: 10 }, () => 50);

/**
 * One example of every policy, with the defaults where they suit small images: for pictures, menus and tests. Each draws for batches of an even number of images, 6 or more, whose sides are multiples of 16, with
 * labels below 10 and whatever evidence it `needs`, its attention on a grid of which the sides are multiples.
 */
export function examplePolicies(): readonly ExamplePolicy[] {
  return [
    { name: 'noMixing', title: 'no mixing', policy: noMixing },
    { name: 'mixup', title: 'mixup', policy: mixup() },
    { name: 'cutmix', title: 'CutMix', policy: cutmix() },
    { name: 'timmMixup', title: 'timm: mixup or CutMix', policy: timmMixup({ cutmixAlpha: 1, mode: 'elem' }) },
    { name: 'smoothmix', title: 'SmoothMix', policy: smoothmix() },
    { name: 'gridmix', title: 'GridMix', policy: gridmix() },
    { name: 'resizemix', title: 'ResizeMix', policy: resizemix() },
    { name: 'fmix', title: 'FMix', policy: fmix() },
    { name: 'dMixup', title: 'd-Mixup of 3', policy: dMixup({ points: 3, alpha: 2 }) },
    { name: 'partialMixup', title: 'partial mixup', policy: partialMixup({ mixedFraction: 0.5 }) },
    { name: 'enmix', title: 'EnMix', policy: enmix() },
    { name: 'adpmix', title: 'AdpMix', policy: adpmix({ memory: 3, oldCounts: classes, newCounts: classes }) },
    { name: 'batchCMixup', title: 'C-Mixup', policy: batchCMixup({ bandwidth: 0.1, excludeSelf: true }) },
    { name: 'manifoldmix', title: 'Manifold mixup', policy: manifoldmix({ stages: ['layer1', 'layer2'] }) },
    { name: 'alignmix', title: 'AlignMix', policy: alignmix({ stage: 'layer4' }) },
    { name: 'saliencymix', title: 'SaliencyMix', policy: saliencymix() },
    { name: 'attentivemix', title: 'AttentiveMix', policy: attentivemix() },
    { name: 'snapmix', title: 'SnapMix', policy: snapmix() },
    { name: 'guidedmixup', title: 'GuidedMixup', policy: guidedmixup() },
    { name: 'puzzlemix', title: 'PuzzleMix', policy: puzzlemix() },
    { name: 'comix', title: 'Co-Mixup', policy: comix({ blocks: 4 }) },
    { name: 'tokenmix', title: 'TokenMix', policy: tokenmix() },
    { name: 'smmix', title: 'SMMix', policy: smmix() },
    { name: 'mixpro', title: 'MixPro', policy: mixpro({ cell: 8 }) },
    { name: 'tla', title: 'TLA', policy: tla({ patch: 4 }) },
  ];
}
