import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { Predictions } from '../inputs/predictions.ts';
import { probabilityMatrix } from '../inputs/softmax.ts';
import { applyDirichlet, type DirichletCalibrator, logProbabilities } from './affine/dirichlet-scaling.ts';
import { applyMatrixScaling, type MatrixCalibrator } from './affine/matrix-scaling.ts';
import { applyVectorScaling, type VectorCalibrator } from './affine/vector-scaling.ts';
import { applyOneVsRest, applyTopLabel, type OneVsRestCalibrator, type TopLabelCalibrator } from './binary/multiclass.ts';
import { applyEnsembleTemperature, type EnsembleTemperatureCalibrator } from './temperature/ensemble-temperature.ts';
import { applyTemperature, type TemperatureCalibrator } from './temperature/temperature-scaling.ts';

/** A map of class predictions `[n, classes]`: plain data that survives JSON. */
export type Calibrator =
  | TemperatureCalibrator | EnsembleTemperatureCalibrator | VectorCalibrator | MatrixCalibrator | DirichletCalibrator | OneVsRestCalibrator | TopLabelCalibrator;

/** Logits; of probabilities their logarithms, those below 1e-12 counting as that. */
function logitsOf(predictions: Predictions): Extract<Predictions, { logits: unknown }>['logits'] {
  if ('logits' in predictions) return predictions.logits;
  const { rows, columns, values } = logProbabilities(predictions, 'applyCalibrator');
  return hostTensor('float64', [rows, columns], values);
}

function calibrated(calibrator: Calibrator, predictions: Predictions): Predictions {
  switch (calibrator.type) {
    case 'temperature': return { logits: applyTemperature(calibrator, logitsOf(predictions)) };
    case 'ensemble-temperature': return { probabilities: applyEnsembleTemperature(calibrator, logitsOf(predictions)) };
    case 'vector': return { logits: applyVectorScaling(calibrator, logitsOf(predictions)) };
    case 'matrix': return { logits: applyMatrixScaling(calibrator, logitsOf(predictions)) };
    case 'dirichlet': return { logits: applyDirichlet(calibrator, predictions) };
    case 'one-vs-rest': return { probabilities: applyOneVsRest(calibrator, predictions) };
    case 'top-label': return { probabilities: applyTopLabel(calibrator, predictions) };
  }
}

/**
 * Calibrated probabilities `[n, classes]`, by any method. Where a method takes logits, the logarithms of probabilities stand in for them.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`: what the calibrator was fitted to
 * @throws RangeError naming the first bad row, or where the calibrator is for another number of classes
 */
export function applyCalibrator(calibrator: Calibrator, predictions: Predictions): HostTensor<'float64'> {
  const { rows, columns, values } = probabilityMatrix(calibrated(calibrator, predictions), 'applyCalibrator');
  return hostTensor('float64', [rows, columns], values);
}
