import type { Rng } from '@mixwell/tensor';
import { defineChoice, type Policy, definePolicy } from '../policy/policy.ts';

/**
 * The same policy on the output of a model's stage: its plans name the stage. `runWithMix` of `@mixwell/mix-core/tf` mixes there. Plans of scalars fit any stage.
 *
 * Verma et al., "Manifold Mixup", ICML 2019, arXiv 1806.05236; the hidden mode of C-Mixup (Yao et al., NeurIPS 2022) is the same.
 *
 * @throws {RangeError} for an empty name
 */
export function atStage(stage: string, policy: Policy): Policy {
  if (stage === '') throw new RangeError('atStage: stage must be the name of a stage, got an empty one');
  const { choose, needs = [] } = policy;
  if (choose) return defineChoice(needs, (rng, step) => atStage(stage, choose(rng, step)));
  return definePolicy(needs, (rng: Rng, batch) => ({ ...policy(rng, batch), stage }));
}
