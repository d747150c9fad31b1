import { earlyStop, mixup, noMixing } from '@mixwell/mix-core';
import type { Claim } from '../claim.ts';
import { summary } from '../over-seeds.ts';
import { type PatchResult, patchTrainer } from './train-patches.ts';

/** Called R1 in our notes: small enough for seconds, found by simulation to show what the theorems say. */
const setting = { n: 200, patches: 4, dim: 300, rareFraction: 0.15, featureNoisePatches: 1, featureNoiseStrength: 0.05, sigma: 0.25, neurons: 6, learningRate: 2, steps: 1000 };
const lambda = 0.6;
const stop = 700;

/** Steps of this part for each seed. */
export const rareFeatureSteps: number = 2 * setting.steps;

/** Plain training misses the rare features, mixup that is stopped early learns them. What has to be reached was fixed before. */
export function rareFeatureClaims(seeds: readonly number[], onSteps: (steps: number, what: string) => void): Claim[] {
  const train = patchTrainer(setting);
  const run = (what: string, policy: typeof noMixing): readonly PatchResult[] => seeds.map((seed) => {
    const result = train(policy, seed);
    onSteps(setting.steps, `patches, ${what}, seed ${seed}`);
    return result;
  });
  const plain = run('plain training', noMixing);
  const mixed = run('early-stopped mixup', earlyStop(mixup({ lambda }), { stop }));

  const over = (results: readonly PatchResult[], key: keyof PatchResult) => summary(results.map((result) => result[key]));
  const both = (key: keyof PatchResult) => ({ plain: over(plain, key), mixup: over(mixed, key) });
  const [rare, common, training] = [both('rareAccuracy'), both('commonAccuracy'), both('trainAccuracy')];
  const ratio = summary(seeds.map((_, i) => mixed[i]!.rareProjection / plain[i]!.rareProjection));
  return [
    { claim: 'plain training misses the rare features: accuracy on rare test samples ≤ 0.62', holds: rare.plain.mean <= 0.62, measured: { accuracy: rare.plain }, seeds },
    { claim: `mixup (λ = ${lambda}, stopped after ${stop} of ${setting.steps} steps) learns them: accuracy ≥ 0.88`, holds: rare.mixup.mean >= 0.88, measured: { accuracy: rare.mixup }, seeds },
    { claim: 'its projections on the rare features are ≥ 4 times those of plain training', holds: ratio.mean >= 4, measured: { ratio, ...both('rareProjection') }, seeds },
    { claim: 'both know the common features: accuracy on common test samples ≥ 0.98', holds: Math.min(common.plain.mean, common.mixup.mean) >= 0.98, measured: common, seeds },
    { claim: 'both fit the training samples: accuracy ≥ 0.995', holds: Math.min(training.plain.mean, training.mixup.mean) >= 0.995, measured: training, seeds },
  ];
}
