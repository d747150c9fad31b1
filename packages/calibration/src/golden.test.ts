import { runGolden } from '@mixwell/testing';
import { adaptiveCalibrationError } from './binned/adaptive-calibration-error.ts';
import { binIndex, binStatistics, type EdgeRule } from './binned/bins.ts';
import { classwiseEce } from './binned/classwise-ece.ts';
import { expectedCalibrationError, maximumCalibrationError } from './binned/expected-calibration-error.ts';
import { negativeLogLikelihood } from './scores/negative-log-likelihood.ts';
import { overUnderConfidence } from './binned/over-under-confidence.ts';
import { applyTemperature, fitTemperature } from './temperature-scaling.ts';

runGolden('calibration', import.meta.url, {
  bin_edges({ inputs, params }) {
    const { confidence, correct } = inputs;
    const rules: EdgeRule[] = ['right', 'left'];
    return Object.fromEntries(rules.flatMap((rule) => (params['numBins'] as number[]).flatMap((bins) => [
      [`bin_index_${rule}_b${bins}`, binIndex(confidence.data, bins, rule)],
      [`ece_${rule}_b${bins}`, expectedCalibrationError({ confidence }, correct, { bins, rule })],
      [`mce_${rule}_b${bins}`, maximumCalibrationError({ confidence }, correct, { bins, rule })],
    ])));
  },
  binned_metrics({ inputs: { logits, labels }, params }) {
    const bins = params['numBins'] as number;
    const { count, confidence, accuracy } = binStatistics({ logits }, labels, { bins });
    const { value, perClass } = classwiseEce({ logits }, labels, { bins });
    const { over, under } = overUnderConfidence({ logits }, labels, { bins });
    return {
      ece: expectedCalibrationError({ logits }, labels, { bins }),
      mce: maximumCalibrationError({ logits }, labels, { bins }),
      average_ce: expectedCalibrationError({ logits }, labels, { bins, norm: 'average' }),
      rms_ce: expectedCalibrationError({ logits }, labels, { bins, norm: 'l2' }),
      overconfidence: over,
      underconfidence: under,
      classwise_ece: value,
      classwise_ece_per_class: perClass,
      bin_count: count,
      bin_confidence: confidence,
      bin_accuracy: accuracy,
      adaptive_ece: expectedCalibrationError({ logits }, labels, { bins, binning: 'mass' }),
      nixon_ace: adaptiveCalibrationError({ logits }, labels, { bins }),
      nixon_tace_0_01: adaptiveCalibrationError({ logits }, labels, { bins, threshold: 0.01 }),
    };
  },
  temperature_and_ets({ inputs: { logits, labels }, params }) {
    const found = fitTemperature(logits, labels, { minBeta: params['betaMin'] as number, maxBeta: params['betaMax'] as number });
    const scaled = applyTemperature(found, logits);
    return {
      temperature: found.temperature,
      nll_before: negativeLogLikelihood({ logits }, labels),
      nll_after: negativeLogLikelihood({ logits: scaled }, labels),
      ece15_before: expectedCalibrationError({ logits }, labels),
      ece15_after: expectedCalibrationError({ logits: scaled }, labels),
    };
  },
});
