export { appendCalibrator, type AppendCalibratorOptions } from './onnx/append-calibrator.ts';
export type { Precision } from './onnx/graph-builder.ts';
