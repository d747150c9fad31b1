import { hostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { linearClassifier } from '../fixtures-classifier.ts';
import { applyPlan, cutmixBox, cutmixPlan, dMixupPlan, fmixMask, fmixPlan, gaussianKeep, gridKeep, lowFrequencyImage, maskPlan, mixLabels, mixupPlan, resizemixBox, resizemixPlan, weightMap } from '../index.ts';

/** Labels of the second source of every row. */
const partnersOf = (labels: Int32Array, sources: Int32Array): number[] => Array.from({ length: sources.length / 2 }, (_, row) => labels[sources[2 * row + 1]!]!);

interface StaticParams {
  readonly smoothmix?: readonly { rand_h: number; rand_w: number; sigma: number }[];
  readonly gridmix?: readonly { lam: number; n_holes: number; hole_aspect: number; area: number; aspect: number; u_x: number; u_y: number }[];
  readonly resizemix?: readonly { tau: number; center_row: number; center_col: number; mode: 'nearest' | 'bilinear' }[];
}

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
  static_masks({ inputs: { x, perm }, params }) {
    const [, height, width] = x.shape as [number, number, number];
    const partner = perm.data;
    const { smoothmix = [], gridmix = [], resizemix = [] } = params as StaticParams;
    const image = (keep: Float64Array): ReturnType<typeof hostTensor> => hostTensor('float64', [height, width], keep.map((value) => 1 - value));
    const smooth = smoothmix.map(({ rand_h: row, rand_w: column, sigma }, i) => {
      const keep = gaussianKeep(height, width, [row, column], sigma);
      const plan = maskPlan({ height, width, partner, keep });
      const own = plan.labelWeights[0]!;
      return { [`smooth${i}_kernel`]: image(keep), [`smooth${i}_x_mixed`]: applyPlan(plan, x), [`smooth${i}_mean_kernel`]: 1 - own, [`smooth${i}_lam_a`]: own };
    });
    const grid = gridmix.map(({ lam: lambda, n_holes: holes, hole_aspect: holeAspect, area, aspect, u_x: u, u_y: v }, i) => {
      const keep = gridKeep({ height, width, lambda, holes, holeAspect, area, aspect, offset: [u, v] });
      const plan = maskPlan({ height, width, partner, keep });
      return { [`grid${i}_mask`]: image(keep), [`grid${i}_lam_a`]: plan.labelWeights[0]!, [`grid${i}_x_mixed`]: applyPlan(plan, x) };
    });
    const resize = resizemix.map(({ tau, center_row: row, center_col: column, mode }, i) => {
      const { box, lambda } = resizemixBox(height, width, tau, [row, column]);
      return { [`resize${i}_x_mixed`]: applyPlan(resizemixPlan({ height, width, partner, boxes: [box], resize: mode }), x), [`resize${i}_lam_a`]: lambda };
    });
    return Object.assign({}, ...smooth, ...grid, ...resize);
  },
  fmix({ inputs: { noise, x, perm }, params }) {
    const { height, width, decay_power: decay, cases } = params as { height: number; width: number; decay_power: number; cases: readonly { lam: number; u: number; max_soft: number }[] };
    const image = (data: Float64Array): ReturnType<typeof hostTensor> => hostTensor('float64', [height, width], data);
    const of = (spectrum: 'paper' | 'reference'): object => Object.assign({ [`low_freq_${spectrum}`]: image(lowFrequencyImage({ height, width, noise: noise.data, decay, spectrum })) }, ...cases.map(({ lam: lambda, u, max_soft: maxSoft }, i) => {
      const keep = fmixMask({ height, width, noise: noise.data, decay, spectrum, lambda, u, maxSoft });
      const mixed = applyPlan(fmixPlan({ height, width, partner: perm.data, keep, lambda }), x);
      return { [`mask${i}_${spectrum}`]: image(keep), [`x_mixed${i}_${spectrum}`]: mixed };
    }));
    return { ...of('reference'), ...of('paper') };
  },
});

runGolden('calibration', import.meta.url, {
  d_mixup({ inputs: { x, labels, weights, perms, linear }, params }) {
    const [k, rows] = perms.shape as [number, number];
    const points = Array.from({ length: k }, (_, j) => (perms.data as Int32Array).subarray(j * rows, (j + 1) * rows));
    const plan = dMixupPlan({ points, weights: weights.data });
    const classes = params['numClasses'] as number;
    const mixed = applyPlan(plan, x);
    const targets = mixLabels(plan, labels, classes);
    return { mixed, soft_labels: targets, loss: linearClassifier(mixed, linear, targets).loss };
  },
});
