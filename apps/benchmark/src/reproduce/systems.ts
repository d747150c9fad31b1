import { cMixup } from './c-mixup/c-mixup.ts';
import { calibration } from './calibration/calibration.ts';
import type { Reproduction } from './claim.ts';
import { decoupledMixup } from './decoupled-mixup/decoupled-mixup.ts';
import { featureLearning } from './feature-learning/feature-learning.ts';
import { metrix } from './metrix/metrix.ts';
import { mixingPolicies } from './mixing-policies/mixing-policies.ts';
import { neuralCollapse } from './neural-collapse/neural-collapse.ts';
import { pcbMerging } from './pcb-merging/pcb-merging.ts';
import { rankMixup } from './rankmixup/rankmixup.ts';

/** Whose claims can be tried, by the name on the command line. */
export const systems: Readonly<Record<string, Reproduction>> = {
  'c-mixup': cMixup,
  calibration,
  'decoupled-mixup': decoupledMixup,
  'feature-learning': featureLearning,
  metrix,
  'mixing-policies': mixingPolicies,
  'neural-collapse': neuralCollapse,
  'pcb-merging': pcbMerging,
  rankmixup: rankMixup,
};
