import { applyTemperature, type CalibrationReport, calibrationReport, fitTemperature, negativeLogLikelihood, type TemperatureCalibrator } from '@mixwell/calibration';
import type { HostTensor } from '@mixwell/tensor';
import type { Predictions } from '@mixwell/train';


/** Confidence before and after temperature scaling. */
export interface Calibrated {
  /** Fitted on the validation images alone. */
  readonly calibrator: TemperatureCalibrator;
  readonly validation: { readonly nllBefore: number; readonly nllAfter: number };
  readonly test: { readonly before: CalibrationReport; readonly after: CalibrationReport };
}

/** Fits the temperature on validation images, and measures on test images what it does. */
export function calibrate(validation: Predictions, test: Predictions): Calibrated {
  const calibrator = fitTemperature(validation.logits, validation.labels);
  const scaled = (logits: HostTensor): { logits: HostTensor } => ({ logits: applyTemperature(calibrator, logits) });
  return {
    calibrator,
    validation: {
      nllBefore: negativeLogLikelihood({ logits: validation.logits }, validation.labels),
      nllAfter: negativeLogLikelihood(scaled(validation.logits), validation.labels),
    },
    test: {
      before: calibrationReport({ logits: test.logits }, test.labels),
      after: calibrationReport(scaled(test.logits), test.labels),
    },
  };
}
