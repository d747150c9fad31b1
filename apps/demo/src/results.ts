import type { CalibrationReport, ReliabilityData, TemperatureCalibrator } from '@mixwell/calibration';

/** A point of a learning curve. */
export interface CurvePoint {
  /** Passes over the training images so far. */
  readonly epoch: number;
  readonly value: number;
}

/** One of the three networks: how it trained, and what the test images say. Plain JSON, the same for the same seed. */
export interface RunResult {
  readonly name: string;
  readonly title: string;
  readonly steps: number;
  /** Cross entropy against the mixed targets, averaged over stretches of steps. */
  readonly trainLoss: readonly CurvePoint[];
  readonly validationNll: readonly CurvePoint[];
  readonly validationAccuracy: readonly CurvePoint[];
  readonly calibrator: TemperatureCalibrator;
  readonly validation: { readonly nllBefore: number; readonly nllAfter: number };
  readonly test: { readonly before: CalibrationReport; readonly after: CalibrationReport };
  readonly reliability: { readonly before: ReliabilityData; readonly after: ReliabilityData };
}

/** The exported file, run over all test images. */
export interface OnnxResult {
  readonly bytes: number;
  readonly opset: number;
  readonly operators: number;
  /** Which network it holds. */
  readonly run: string;
  /** The runtime that ran it. */
  readonly runtime: string;
  /** Largest absolute difference to the probabilities of the trained network over all test images. */
  readonly largestDifference: number;
  readonly tolerance: number;
  readonly accuracy: number;
  readonly ece: number;
}

/** Everything in report.json that is the same for the same seed. */
export interface DemoResults {
  readonly settings: {
    readonly data: string;
    readonly trainImages: number;
    readonly validationImages: number;
    readonly testImages: number;
    readonly network: string;
    /** What each network saw. */
    readonly mixing: Readonly<Record<string, string>>;
    readonly parameters: number;
    readonly epochs: number;
    readonly batchSize: number;
    readonly learningRate: number;
    readonly seed: number;
  };
  readonly runs: readonly RunResult[];
  readonly onnx: OnnxResult;
}

/** What differs from run to run of the same seed. */
export interface DemoTimings {
  /** Seconds of training, and images per second, by the name of the network. */
  readonly runs: Readonly<Record<string, { readonly seconds: number; readonly imagesPerSecond: number }>>;
  readonly totalSeconds: number;
}
