import type { HostTensor } from '@mixwell/tensor';
import type { ArrayInput } from '../../inputs/predictions.ts';
import { applyBeta, type BetaCalibrator, fitBeta, type FitBetaOptions } from './beta-calibration.ts';
import { applyHistogram, fitHistogram, type FitHistogramOptions, type HistogramCalibrator } from './histogram-binning.ts';
import { applyIsotonic, fitIsotonic, type FitIsotonicOptions, type IsotonicCalibrator } from './isotonic-regression.ts';
import { applyPlatt, fitPlatt, type PlattCalibrator } from './platt-scaling.ts';

/** A map of scores `[n]` to probabilities `[n]` of a yes/no event. */
export type BinaryCalibrator = PlattCalibrator | BetaCalibrator | IsotonicCalibrator | HistogramCalibrator;

/** The options of each fit. */
export interface BinaryOptions {
  readonly platt: Readonly<Record<string, never>>;
  readonly beta: FitBetaOptions;
  readonly isotonic: FitIsotonicOptions;
  readonly histogram: FitHistogramOptions;
}

export type BinaryMethod = keyof BinaryOptions;

export type FitBinary<M extends BinaryMethod> = (scores: ArrayInput, outcomes: ArrayInput, options?: BinaryOptions[M]) => BinaryCalibrator;

/** The fit of each method. */
export const binaryFits: { readonly [M in BinaryMethod]: FitBinary<M> } = { platt: fitPlatt, beta: fitBeta, isotonic: fitIsotonic, histogram: fitHistogram };

/** Probabilities `[n]` of scores `[n]`: what `applyPlatt`, `applyBeta`, `applyIsotonic` or `applyHistogram` gives. */
export function applyBinary(calibrator: BinaryCalibrator, scores: ArrayInput): HostTensor<'float64'> {
  switch (calibrator.type) {
    case 'platt': return applyPlatt(calibrator, scores);
    case 'beta': return applyBeta(calibrator, scores);
    case 'isotonic': return applyIsotonic(calibrator, scores);
    case 'histogram': return applyHistogram(calibrator, scores);
  }
}
