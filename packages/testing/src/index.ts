export type { GoldenVector, Tolerance } from './golden/golden-file.ts';
export type { GoldenOutput } from './golden/leaves.ts';
export { type GoldenHandler, type GoldenPlace, runGolden } from './golden/run-golden.ts';
export { expectNoLeaks, type LeakOptions } from './expect-no-leaks.ts';
export { type ArrayFunction, type DifferenceOptions, directionalDifference, finiteDifferences, jacobianDifference, type ScalarFunction } from './finite-differences.ts';
export { bundleForOracle, float64Oracle } from './float64-oracle.ts';
export { checkOnnxFiles, onnxPython } from './onnx/check-onnx-files.ts';
export { type OnnxFileTensor, runOnnxFile } from './onnx/run-onnx-file.ts';
