import { hostTensor } from '@mixwell/tensor';
import { type GoldenHandler, runGolden } from '@mixwell/testing';
import { linearClassifier } from '../fixtures-classifier.ts';
import { adpmixRatio, applyPlan, enmixPlan, mixLabels, partialMixupPlan, type PartialMixupChoice } from '../index.ts';

runGolden('dualmix', import.meta.url, {
  enmix({ inputs: { view_a: a, view_b: b, y, perm, lambda, w } }) {
    const plan = enmixPlan({ partner: perm.data, lambda: lambda.data });
    const both = hostTensor('float32', [2 * plan.rows, ...a.shape.slice(1)], Float32Array.of(...a.data, ...b.data));
    const mixed = applyPlan(plan, both);
    const targets = mixLabels(plan, [...y.data, ...y.data], w.shape[1]);
    const { loss, gradient } = linearClassifier(mixed, w, targets);
    return { mixed_x: mixed, mixed_y: targets, loss, grad_mixed_x: gradient };
  },
  adpmix_ratio({ inputs: { lambda, count_old: old, count_new: fresh }, params }) {
    const { gamma = 0.5, kappa = 3, tau = 0.5 } = params as { gamma?: number; kappa?: number; tau?: number };
    const ratios = (rule: 'counts' | 'remix'): number[] => Array.from(lambda.data as Float32Array, (share, i) => adpmixRatio(share, old.data[i], fresh.data[i], { rule, gamma, kappa, tau }));
    return { label_ratio: ratios('counts'), remix_ratio: ratios('remix') };
  },
});

const twoPermutations: GoldenHandler = ({ inputs: { images, labels, perm1, perm2, lambda, unmixed_rows: unmixed }, params }) => {
  const choice: PartialMixupChoice = { first: perm1.data, second: perm2.data, lambda: lambda.data, unmixed: unmixed?.data };
  const plan = partialMixupPlan(choice);
  return {
    mixed_images: applyPlan(plan, images),
    mixed_targets: mixLabels(plan, labels, params['num_classes'] as number),
    effective_lambda: plan.labelWeights.filter((_, i) => i % 2 === 0),
  };
};

runGolden('mix-kd', import.meta.url, { mixup_fmu: twoPermutations, mixup_pmu: twoPermutations });
