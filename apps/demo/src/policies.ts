import { cutmix, mixup, noMixing, type Policy } from '@mixwell/mix-core';

/** A way of mixing that the demo compares. */
export interface MixingRun {
  /** Key in report.json. */
  readonly name: 'none' | 'mixup' | 'cutmix';
  /** For people. */
  readonly title: string;
  readonly policy: Policy;
  /** The same with a λ for each image, for a picture that shows how it varies. */
  readonly pictured?: Policy;
}

/** The three networks, from the same first weights and with the same number of steps. */
export const mixingRuns: readonly MixingRun[] = [
  { name: 'none', title: 'no mixing', policy: noMixing },
  { name: 'mixup', title: 'mixup', policy: mixup({ alpha: 1 }), pictured: mixup({ alpha: 1, per: 'sample' }) },
  { name: 'cutmix', title: 'CutMix', policy: cutmix({ alpha: 1 }), pictured: cutmix({ alpha: 1, per: 'sample' }) },
];
