export { type AdaptiveCalibrationErrorOptions, adaptiveCalibrationError } from './binned/adaptive-calibration-error.ts';
export { type BinSettings, type BinStatistics, binStatistics } from './binned/bin-statistics.ts';
export { type BinMeans } from './binned/bin-totals.ts';
export { binIndex, type Binning, type BinOptions, type EdgeRule } from './binned/bins.ts';
export {
  type CalibrationError, type CalibrationErrorOptions, type CalibrationNorm, type ClasswiseError, classwiseEce, expectedCalibrationError, maximumCalibrationError,
} from './binned/expected-calibration-error.ts';
export { type OverUnderConfidence, overUnderConfidence } from './binned/over-under-confidence.ts';
export { sweepEce } from './binned/sweep-ece.ts';
export { type BinFreeError, type BinFreeOptions, ksError } from './bin-free/ks-error.ts';
export { type LogitSmoothedEce, logitSmoothedEce, type LogitSmoothedEceOptions } from './bin-free/logit-smoothed-ece.ts';
export { type Mmce, mmce } from './bin-free/mmce.ts';
export { type Skce, skce, type SkceDistance, type SkceOptions } from './bin-free/skce.ts';
export { type SkceTest, skceTest, type SkceTestOptions } from './bin-free/skce-test.ts';
export { type SmoothEce, smoothEce, type SmoothEceOptions } from './bin-free/smooth-ece.ts';
export { type CalibrationReport, calibrationReport } from './calibration-report.ts';
export { type ConformalScore, conformalScores, type Randomness } from './conformal/conformal-scores.ts';
export { type ConformalCalibrator, conformalQuantile, fitConformal, type FitConformalOptions } from './conformal/fit-conformal.ts';
export { predictSets, type PredictSetsOptions } from './conformal/predict-sets.ts';
export { type Coverage, type SetMetrics, setMetrics, type SizeCoverage } from './conformal/set-metrics.ts';
export { type RapsParameters, tuneRaps } from './conformal/tune-raps.ts';
export type { CalibrationMode } from './inputs/events.ts';
export type { ArrayInput, EventPredictions, Predictions } from './inputs/predictions.ts';
export { softmax } from './inputs/softmax.ts';
export { bootstrap, type BootstrapInterval, type BootstrapOptions, type Metric } from './intervals/bootstrap.ts';
export { type ConsistencyBars, consistencyBars, type ConsistencyBarsOptions } from './intervals/consistency-bars.ts';
export { wilsonInterval } from './intervals/wilson-interval.ts';
export { type ReliabilityBin, type ReliabilityData, reliabilityDiagram } from './reliability/reliability-diagram.ts';
export { type ReliabilitySpecOptions, reliabilitySpec, type VegaLiteSpec } from './reliability/reliability-spec.ts';
export { type BrierDecomposition, brierDecomposition } from './scores/brier-decomposition.ts';
export { brierScore } from './scores/brier-score.ts';
export { negativeLogLikelihood } from './scores/negative-log-likelihood.ts';
export { type RiskCoverage, riskCoverage } from './scores/risk-coverage.ts';
export {
  addToCalibration, type CalibrationStream, calibrationStream, type CalibrationStreamOptions, mergeCalibration, type StreamedCalibration, streamedCalibration, streamedDiagram,
} from './stream/calibration-stream.ts';
export type { AffineFit } from './post-hoc/affine/affine-scaling.ts';
export { applyDirichlet, type DirichletCalibrator, fitDirichlet } from './post-hoc/affine/dirichlet-scaling.ts';
export { applyMatrixScaling, fitMatrixScaling, type MatrixCalibrator, type OdirOptions } from './post-hoc/affine/matrix-scaling.ts';
export { applyVectorScaling, fitVectorScaling, type FitVectorScalingOptions, type VectorCalibrator } from './post-hoc/affine/vector-scaling.ts';
export { applyBeta, type BetaCalibrator, fitBeta, type FitBetaOptions } from './post-hoc/binary/beta-calibration.ts';
export { type BinaryCalibrator, type BinaryMethod, type BinaryOptions } from './post-hoc/binary/binary-calibrator.ts';
export { applyHistogram, fitHistogram, type FitHistogramOptions, type HistogramCalibrator } from './post-hoc/binary/histogram-binning.ts';
export { applyIsotonic, fitIsotonic, type FitIsotonicOptions, type IsotonicCalibrator } from './post-hoc/binary/isotonic-regression.ts';
export { applyOneVsRest, applyTopLabel, fitOneVsRest, fitTopLabel, type OneVsRestCalibrator, type TopLabelCalibrator } from './post-hoc/binary/multiclass.ts';
export { applyPlatt, fitPlatt, type PlattCalibrator } from './post-hoc/binary/platt-scaling.ts';
export { applyCalibrator, type Calibrator } from './post-hoc/calibrator.ts';
export { calibratorFromJSON } from './post-hoc/calibrator-from-json.ts';
export {
  applyEnsembleTemperature, type EnsembleTemperatureCalibrator, fitEnsembleTemperature, type FitEnsembleTemperatureOptions,
} from './post-hoc/temperature/ensemble-temperature.ts';
export { applyTemperature, type FitTemperatureOptions, fitTemperature, type TemperatureCalibrator } from './post-hoc/temperature/temperature-scaling.ts';
