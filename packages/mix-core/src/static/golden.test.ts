import { hostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { applyPlan, cutmixBox, cutmixPlan, mixupPlan, weightMap } from '../index.ts';

/** Labels of the second source of every row. */
const partnersOf = (labels: Int32Array, sources: Int32Array): number[] => Array.from({ length: sources.length / 2 }, (_, row) => labels[sources[2 * row + 1]!]!);

runGolden('mixing-policies', import.meta.url, {
  cutmix({ inputs: { lam_cases: lambdas, center_row: rows, center_col: columns, x, labels_a: labels, perm }, params }) {
    const { height, width, image_case: image } = params as { height: number; width: number; image_case: { lam: number; center_row: number; center_col: number } };
    const cases = Array.from(lambdas.data as Float32Array, (lambda, i) => cutmixBox(height, width, lambda, [rows.data[i], columns.data[i]]));
    const { box } = cutmixBox(height, width, image.lam, [image.center_row, image.center_col]);
    const plan = cutmixPlan({ height, width, partner: perm.data, boxes: [box] });
    const map = weightMap(plan, height, width);
    return {
      boxes: hostTensor('int32', [cases.length, 4], Int32Array.from(cases.flatMap((found) => found.box))),
      lam_corrected: cases.map((found) => found.lambda),
      x_mixed: applyPlan(plan, x),
      mask: hostTensor('float32', [height, width], map.data.filter((_, i) => i % 2 === 1)),
      labels_b: partnersOf(labels.data, plan.sources),
      lam_image: plan.labelWeights[0]!,
    };
  },
  mixup_losses({ inputs: { x, labels_a: labels, perm }, params }) {
    const plan = mixupPlan({ partner: perm.data, lambda: params['lam'] as number });
    return { x_mixed: applyPlan(plan, x), labels_b: partnersOf(labels.data, plan.sources) };
  },
});
