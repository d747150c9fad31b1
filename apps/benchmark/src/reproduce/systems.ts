import { cMixup } from './c-mixup/c-mixup.ts';
import type { Reproduction } from './claim.ts';
import { featureLearning } from './feature-learning/feature-learning.ts';
import { mixingPolicies } from './mixing-policies/mixing-policies.ts';

/** Whose claims can be tried, by the name on the command line. */
export const systems: Readonly<Record<string, Reproduction>> = {
  'c-mixup': cMixup,
  'feature-learning': featureLearning,
  'mixing-policies': mixingPolicies,
};
