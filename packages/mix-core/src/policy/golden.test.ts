import { runGolden } from '@mixwell/testing';
import { applyPlan, mixLabels, mixupPlan, stackPlans } from '../index.ts';

runGolden('rankmixup', import.meta.url, {
  multi_mixup({ inputs: { x, labels, lambda, perms }, params }) {
    const [count, batch] = perms.shape as [number, number];
    const plan = stackPlans(Array.from({ length: count }, (_, r) => mixupPlan({ partner: perms.data.subarray(r * batch, (r + 1) * batch), lambda: lambda.data[r] as number })));
    return { mixed: applyPlan(plan, x), mixed_labels: mixLabels(plan, labels, params['numClasses'] as number) };
  },
});
