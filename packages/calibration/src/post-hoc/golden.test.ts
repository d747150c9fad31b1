import { runGolden } from '@mixwell/testing';
import { expectedCalibrationError } from '../binned/expected-calibration-error.ts';
import { softmax } from '../inputs/softmax.ts';
import { negativeLogLikelihood } from '../scores/negative-log-likelihood.ts';
import { applyDirichlet, fitDirichlet } from './affine/dirichlet-scaling.ts';
import { applyMatrixScaling, fitMatrixScaling } from './affine/matrix-scaling.ts';
import { applyVectorScaling, fitVectorScaling } from './affine/vector-scaling.ts';
import { applyBeta, fitBeta } from './binary/beta-calibration.ts';
import { applyHistogram, fitHistogram } from './binary/histogram-binning.ts';
import { applyIsotonic, fitIsotonic } from './binary/isotonic-regression.ts';
import { applyPlatt, fitPlatt } from './binary/platt-scaling.ts';
import { fitEnsembleTemperature } from './temperature/ensemble-temperature.ts';
import { applyTemperature, fitTemperature } from './temperature/temperature-scaling.ts';

runGolden('calibration', import.meta.url, {
  temperature_and_ets({ inputs: { logits, labels }, params }) {
    const found = fitTemperature(logits, labels, { minBeta: params['betaMin'] as number, maxBeta: params['betaMax'] as number });
    const scaled = applyTemperature(found, logits);
    const ensemble = fitEnsembleTemperature(logits, labels);
    return {
      temperature: found.temperature,
      nll_before: negativeLogLikelihood({ logits: logits }, labels),
      nll_after: negativeLogLikelihood({ logits: scaled }, labels),
      ece15_before: expectedCalibrationError({ logits: logits }, labels).value,
      ece15_after: expectedCalibrationError({ logits: scaled }, labels).value,
      ets_temperature: ensemble.temperature,
      ets_weights: ensemble.weights,
      ets_objective: ensemble.objective,
    };
  },
  vector_matrix_dirichlet({ inputs: { logits, labels, test_logits }, params }) {
    const penalties = { lambda: params['lambda'] as number, mu: params['mu'] as number };
    const vector = fitVectorScaling(logits, labels, { mu: penalties.mu });
    const matrix = fitMatrixScaling(logits, labels, penalties);
    const dirichlet = fitDirichlet({ logits: logits }, labels, penalties);
    return {
      vector_weights: vector.weights,
      vector_bias: vector.bias,
      vector_objective: vector.objective,
      vector_test_probs: softmax(applyVectorScaling(vector, test_logits)),
      matrix_odir_weights: matrix.weights,
      matrix_odir_bias: matrix.bias,
      matrix_odir_objective: matrix.objective,
      matrix_odir_test_probs: softmax(applyMatrixScaling(matrix, test_logits)),
      dirichlet_odir_weights: dirichlet.weights,
      dirichlet_odir_bias: dirichlet.bias,
      dirichlet_odir_objective: dirichlet.objective,
      dirichlet_odir_test_probs: softmax(applyDirichlet(dirichlet, { logits: test_logits })),
    };
  },
  binary_calibrators({ inputs: { scores, outcomes, test_scores }, params }) {
    const isotonic = fitIsotonic(scores, outcomes);
    const platt = fitPlatt(scores, outcomes);
    const histogram = fitHistogram(scores, outcomes, { bins: params['numBins'] as number });
    const beta = fitBeta(scores, outcomes);
    return {
      isotonic_knots_x: isotonic.x,
      isotonic_knots_y: isotonic.y,
      isotonic_test: applyIsotonic(isotonic, test_scores),
      platt_a: platt.a,
      platt_b: platt.b,
      platt_test: applyPlatt(platt, test_scores),
      histogram_values: histogram.values,
      histogram_test: applyHistogram(histogram, test_scores),
      beta_params: [beta.a, beta.b, beta.c],
      beta_test: applyBeta(beta, test_scores),
    };
  },
});
