import * as mix from '@mixwell/mix-core';
import type { Model } from '@mixwell/models';
import type { Way } from '../images/classifier-trainer.ts';
import { observers } from '../images/observers.ts';

const { spectralResidual } = mix;

/** Policies that look at nothing but sizes. */
export const staticWays = {
  'mixup': { policy: mix.mixup() },
  'mixup, α = 0.2': { policy: mix.mixup({ alpha: 0.2 }) },
  'mixup, λ per sample': { policy: mix.mixup({ per: 'sample' }) },
  'mixup, labels smoothed': { policy: mix.mixup({ labelLambda: mix.labelMap.smooth(0.1) }) },
  'd-Mixup, 3 points': { policy: mix.dMixup({ points: 3 }) },
  'CutMix': { policy: mix.cutmix() },
  'SmoothMix': { policy: mix.smoothmix() },
  'GridMix': { policy: mix.gridmix() },
  'ResizeMix': { policy: mix.resizemix() },
  'FMix': { policy: mix.fmix() },
  'mixup or CutMix (DeiT)': { policy: mix.oneOf([mix.mixup({ alpha: 0.8 }), mix.cutmix()]) },
  'timm, pairs': { policy: mix.timmMixup({ mixupAlpha: 0.8, cutmixAlpha: 1, mode: 'pair' }) },
  'EnMix': { policy: mix.enmix() },
  'partial mixup': { policy: mix.partialMixup() },
} as const satisfies Readonly<Record<string, Way>>;

/** Policies that look at images, or at what the network sees in them. */
export function saliencyWays(model: Model) {
  const { gradient, activation, attention } = observers(model);
  return {
    'SaliencyMix, spectral': { policy: mix.saliencymix({ saliency: spectralResidual }) },
    'SaliencyMix, gradient': { policy: mix.saliencymix(), observe: gradient },
    'AttentiveMix': { policy: mix.attentivemix(), observe: attention },
    'SnapMix': { policy: mix.snapmix(), observe: activation },
    'GuidedMixup, spectral, p = 0.5': { policy: mix.withProbability(0.5, mix.guidedmixup({ saliency: spectralResidual })) },
    'GuidedMixup, gradient, p = 0.8': { policy: mix.withProbability(0.8, mix.guidedmixup()), observe: gradient },
    'PuzzleMix': { policy: mix.puzzlemix(), observe: gradient },
    'Co-Mixup, 10 at a time': { policy: mix.comix({ partition: 10 }), observe: gradient },
  } as const satisfies Readonly<Record<string, Way>>;
}

/** Policies that mix what a stage of the network gives. */
export const featureWays = {
  'ManifoldMix': { policy: mix.manifoldmix({ stages: ['input', 'block1', 'block2'] }) },
  'AlignMix, every second batch': { policy: mix.oneOf([mix.alignmix({ stage: 'block2' }), mix.mixup({ alpha: 2 })]) },
} as const satisfies Readonly<Record<string, Way>>;

/** Those of which OpenMixup's comparison asks that they are nearly as accurate as no mixing at least. */
export const comparedWays: readonly string[] = ['mixup', 'CutMix', 'mixup or CutMix (DeiT)', 'ResizeMix', 'GridMix', 'SmoothMix', 'FMix', 'SaliencyMix, spectral', 'ManifoldMix'];
