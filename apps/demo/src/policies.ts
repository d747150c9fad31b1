import { cutmix, mixup, noMixing, type Policy } from '@mixwell/mix-core';

/** A way of mixing that the demo compares. */
export interface MixingRun {
  /** Key in report.json. */
  readonly name: 'none' | 'mixup' | 'cutmix';
  /** For people. */
  readonly title: string;
  readonly policy: Policy;
}

/** The three networks, from the same first weights and with the same number of steps. */
export const mixingRuns: readonly MixingRun[] = [
  { name: 'none', title: 'no mixing', policy: noMixing },
  { name: 'mixup', title: 'mixup (α = 1)', policy: mixup({ alpha: 1 }) },
  { name: 'cutmix', title: 'CutMix (α = 1)', policy: cutmix({ alpha: 1 }) },
];
