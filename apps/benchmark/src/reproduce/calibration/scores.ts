import { applyTemperature, classwiseEce, expectedCalibrationError, fitTemperature, negativeLogLikelihood, skce } from '@mixwell/calibration';
import { hostTensor, type HostTensor } from '@mixwell/tensor';

type Logits = HostTensor<'float32' | 'float64'>;
type Labels = HostTensor<'int32'>;

/** How far probabilities can be trusted. */
export interface Scores {
  readonly nll: number;
  /** Of the top label, 15 bins. */
  readonly ece: number;
  readonly classwiseEce: number;
  /** Squared kernel error of the whole vector, unbiased (so it may fall below 0), of the first thousand samples. */
  readonly skce: number;
}

/** Scores of logits as they are, and divided by a temperature that was fitted to others. */
export interface ScaledScores {
  readonly none: Scores;
  readonly temperature: Scores;
  /** Above 1 the network was over-confident. */
  readonly fitted: number;
}

/** Rows that the kernel error pairs. */
const PAIRED = 1000;

function head({ data, shape }: Logits, rows: number): HostTensor<'float64'> {
  const count = Math.min(rows, shape[0]!);
  return hostTensor('float64', [count, shape[1]!], Float64Array.from(data.subarray(0, count * shape[1]!)));
}

function scoresOf(logits: Logits, labels: Labels): Scores {
  return {
    nll: negativeLogLikelihood({ logits }, labels),
    ece: expectedCalibrationError({ logits }, labels).value,
    classwiseEce: classwiseEce({ logits }, labels).value,
    skce: skce({ logits: head(logits, PAIRED) }, labels.data.subarray(0, PAIRED)).value,
  };
}

export interface Labelled {
  /** [n, classes] */
  readonly logits: Logits;
  /** [n] */
  readonly labels: Labels;
}

/** NLL at the temperature that fits held-out samples best. */
export function scaledNll(held: Labelled, test: Labelled): number {
  return negativeLogLikelihood({ logits: applyTemperature(fitTemperature(held.logits, held.labels), test.logits) }, test.labels);
}

/** @param held what the temperature is fitted to */
export function scaledScores(held: Labelled, test: Labelled): ScaledScores {
  const fit = fitTemperature(held.logits, held.labels);
  return { none: scoresOf(test.logits, test.labels), temperature: scoresOf(applyTemperature(fit, test.logits), test.labels), fitted: fit.temperature };
}
