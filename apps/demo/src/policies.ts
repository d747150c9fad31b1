import { cutmix, mixup, noMixing, type Policy, withProbability } from '@mixwell/mix-core';

/** A way of mixing that the demo compares. */
export interface MixingRun {
  /** Key in report.json. */
  readonly name: 'none' | 'mixup' | 'cutmix';
  /** For people. */
  readonly title: string;
  readonly description: string;
  readonly policy: Policy;
  /** The same with a λ for each image, for a picture that shows how it varies. */
  readonly pictured?: Policy;
}

/**
 * The three networks, from the same first weights and with the same number of steps. α = 0.2 is what mixup's authors use on ImageNet. CutMix takes three batches of ten: a box
 * leaves half of a digit or less, and two epochs are too short to learn from such halves alone.
 */
export const mixingRuns: readonly MixingRun[] = [
  { name: 'none', title: 'no mixing', description: 'the images as they are', policy: noMixing },
  { name: 'mixup', title: 'mixup', description: 'α = 0.2', policy: mixup({ alpha: 0.2 }), pictured: mixup({ alpha: 1, per: 'sample' }) },
  { name: 'cutmix', title: 'CutMix', description: 'α = 1, with probability 0.3', policy: withProbability(0.3, cutmix({ alpha: 1 })), pictured: cutmix({ alpha: 1, per: 'sample' }) },
];
