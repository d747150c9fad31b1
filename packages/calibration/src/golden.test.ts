import type { HostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { adaptiveCalibrationError } from './binned/adaptive-calibration-error.ts';
import { binStatistics } from './binned/bin-statistics.ts';
import { binIndex, type EdgeRule } from './binned/bins.ts';
import { classwiseEce, expectedCalibrationError, maximumCalibrationError } from './binned/expected-calibration-error.ts';
import { overUnderConfidence } from './binned/over-under-confidence.ts';
import { ksError } from './bin-free/ks-error.ts';
import { mmce } from './bin-free/mmce.ts';
import { skce } from './bin-free/skce.ts';
import { smoothEce } from './bin-free/smooth-ece.ts';
import { type ConformalScore, conformalScores } from './conformal/conformal-scores.ts';
import { fitConformal } from './conformal/fit-conformal.ts';
import { predictSets } from './conformal/predict-sets.ts';
import type { Predictions } from './inputs/predictions.ts';
import { type BrierDecomposition, brierDecomposition } from './scores/brier-decomposition.ts';
import { brierScore } from './scores/brier-score.ts';
import { negativeLogLikelihood } from './scores/negative-log-likelihood.ts';
import { riskCoverage } from './scores/risk-coverage.ts';

const named = (prefix: string, parts: BrierDecomposition): Record<string, number> => ({
  [`${prefix}_brier_score`]: parts.score,
  [`${prefix}_brier_reliability`]: parts.reliability,
  [`${prefix}_brier_resolution`]: parts.resolution,
  [`${prefix}_brier_uncertainty`]: parts.uncertainty,
  [`${prefix}_brier_within_bin_variance`]: parts.withinBinVariance,
  [`${prefix}_brier_within_bin_covariance`]: parts.withinBinCovariance,
});

/** Inputs of a family come as logits or as probabilities. */
function predictionsOf(inputs: Readonly<Record<string, HostTensor>>, prefix = ''): Predictions {
  const logits = inputs[`${prefix}logits`];
  return logits ? { logits } : { probabilities: inputs[`${prefix}probs`]! };
}

runGolden('calibration', import.meta.url, {
  bin_edges({ inputs, params }) {
    const { confidence, correct } = inputs;
    const rules: EdgeRule[] = ['right', 'left'];
    return Object.fromEntries(rules.flatMap((rule) => [params['numBins'] as number | number[]].flat().flatMap((bins) => [
      [`bin_index_${rule}_b${bins}`, binIndex(confidence.data, bins, rule)],
      [`ece_${rule}_b${bins}`, expectedCalibrationError({ confidence }, correct, { bins, rule }).value],
      [`mce_${rule}_b${bins}`, maximumCalibrationError({ confidence }, correct, { bins, rule }).value],
    ])));
  },
  binned_metrics({ inputs, params }) {
    const { labels } = inputs;
    const predictions = predictionsOf(inputs);
    const bins = params['numBins'] as number;
    const { count, confidence, accuracy } = binStatistics(predictions, labels, { bins });
    const { value, perClass } = classwiseEce(predictions, labels, { bins });
    const { over, under } = overUnderConfidence(predictions, labels, { bins });
    return {
      ece: expectedCalibrationError(predictions, labels, { bins }).value,
      mce: maximumCalibrationError(predictions, labels, { bins }).value,
      average_ce: expectedCalibrationError(predictions, labels, { bins, norm: 'average' }).value,
      rms_ce: expectedCalibrationError(predictions, labels, { bins, norm: 'l2' }).value,
      overconfidence: over,
      underconfidence: under,
      classwise_ece: value,
      classwise_ece_per_class: perClass,
      bin_count: Int32Array.from(count),
      bin_confidence: confidence,
      bin_accuracy: accuracy,
      adaptive_ece: expectedCalibrationError(predictions, labels, { bins, binning: 'mass' }).value,
      nixon_ace: adaptiveCalibrationError(predictions, labels, { bins }).value,
      nixon_tace_0_001: adaptiveCalibrationError(predictions, labels, { bins, threshold: 0.001 }).value,
      nixon_tace_0_01: adaptiveCalibrationError(predictions, labels, { bins, threshold: 0.01 }).value,
    };
  },
  adaptive_and_debiased({ inputs, params }) {
    const { labels } = inputs;
    const predictions = predictionsOf(inputs);
    const bins = params['numBins'] as number;
    const l2 = { bins, binning: 'mass', norm: 'l2' } as const;
    return {
      top_l2_debiased: expectedCalibrationError(predictions, labels, { ...l2, debias: true }).value,
      top_l2_plugin: expectedCalibrationError(predictions, labels, l2).value,
      marginal_l2_debiased: classwiseEce(predictions, labels, { ...l2, debias: true }).value,
      ece_equal_mass: expectedCalibrationError(predictions, labels, { bins, binning: 'mass' }).value,
      ece_equal_width: expectedCalibrationError(predictions, labels, { bins }).value,
      adaptive_ece_interpolated: expectedCalibrationError(predictions, labels, { bins, binning: 'interpolated' }).value,
    };
  },
  scores_and_kernel_errors({ inputs, params }) {
    const { labels } = inputs;
    const predictions = predictionsOf(inputs);
    const bins = params['numBins'] as number;
    const { aurc, excessAurc, errorRate } = riskCoverage(predictions, labels);
    const kernel = mmce(predictions, labels);
    return {
      nll: negativeLogLikelihood(predictions, labels),
      brier: brierScore(predictions, labels),
      accuracy: 1 - errorRate,
      ks_error: ksError(predictions, labels).value,
      mmce_squared: kernel.squared,
      mmce: kernel.value,
      aurc,
      eaurc: excessAurc,
      skce_bandwidth: skce(predictions, labels).bandwidth,
      skce_unbiased: skce(predictions, labels, { estimator: 'unbiased' }).value,
      skce_biased: skce(predictions, labels, { estimator: 'biased' }).value,
      skce_block: skce(predictions, labels, { estimator: 'block' }).value,
      ...named('top', brierDecomposition(predictions, labels, { bins })),
      ...named('classwise', brierDecomposition(predictions, labels, { bins, mode: 'classwise' })),
    };
  },
  smooth_ece({ inputs: { confidence, outcome }, params }) {
    const { value, width } = smoothEce({ confidence }, outcome);
    return {
      smooth_ece: value,
      sigma: width,
      smooth_ece_at_sigmas: Float64Array.from((params['sigmas'] ?? []) as number[], (sigma) => smoothEce({ confidence }, outcome, { width: sigma }).value),
    };
  },
  conformal_sets({ inputs, params }) {
    const { cal_labels: labels, cal_u, test_u } = inputs;
    const alpha = params['alpha'] as number;
    const scored = (prefix: string, score: ConformalScore, random: boolean): [string, number | Float64Array | HostTensor][] => {
      const draws = random ? { random: cal_u } : {};
      const calibrator = fitConformal(predictionsOf(inputs, 'cal_'), labels, { ...score, alpha, ...draws });
      const { shape, data } = predictSets(calibrator, predictionsOf(inputs, 'test_'), random ? { random: test_u } : {});
      const [quantile] = calibrator.quantiles;
      return [
        [`${prefix}_scores`, conformalScores(predictionsOf(inputs, 'cal_'), labels, score, random ? cal_u : undefined)],
        [`${prefix}_sets`, { shape, dtype: 'uint8', data }],
        ...(quantile === null ? [] : [[`${prefix}_qhat`, quantile!] as [string, number]]),
      ];
    };
    const raps = { method: 'raps', lambda: (params['lambda'] ?? 0) as number, kreg: (params['kreg'] ?? 0) as number } as const;
    return Object.fromEntries([
      ...scored('lac', { method: 'lac' }, false),
      ...scored('aps', { method: 'aps' }, true),
      ...scored('aps_nonrandom', { method: 'aps' }, false),
      ...scored('raps', raps, true),
      ...scored('raps_nonrandom', raps, false),
    ]);
  },
});
