import { applyTemperature, expectedCalibrationError, fitTemperature, negativeLogLikelihood } from '@mixwell/calibration';
import { hostTensor } from '@mixwell/tensor';
import type { Claim } from '../claim.ts';

const entropy = (x: number): number => -x * Math.log(x) - (1 - x) * Math.log(1 - x);

/**
 * Nats above the best possible NLL, of the best temperature, for a predictor that interpolates: sure of one class everywhere, and right half of the time in the share `overlap` of the samples where
 * two of k classes are equally likely.
 */
export function derivedExcess(overlap: number, classes: number): number {
  return entropy(overlap / 2) + (overlap / 2) * Math.log(classes - 1) - overlap * Math.log(2);
}

/** The same, measured: samples of which a share overlap / 2 are wrong, and an exact fit. */
function measured(overlap: number, classes: number): { readonly excess: number; readonly confidence: number; readonly ece: number } {
  const n = 200;
  const wrong = Math.round((overlap / 2) * n);
  const labels = Int32Array.from({ length: n }, (_, i) => Number(i < wrong));
  const logits = hostTensor('float64', [n, classes], Float64Array.from({ length: n * classes }, (_, at) => Number(at % classes === 0)));
  const scaled = applyTemperature(fitTemperature(logits, labels), logits);
  const confidence = 1 / (1 + (classes - 1) * Math.exp(-scaled.data[0]!));
  const excess = negativeLogLikelihood({ logits: scaled }, labels) - overlap * Math.log(2);
  return { excess, confidence, ece: expectedCalibrationError({ logits: scaled }, labels).value };
}

/** Why one temperature cannot serve both where classes overlap and where they do not. */
export function toyClaims(): Claim[] {
  const grid = [0.1, 0.3, 0.6, 0.9].flatMap((overlap) => [3, 10, 100, 1000].map((classes) => ({ overlap, classes, ...measured(overlap, classes) })));
  const largest = (error: (at: (typeof grid)[number]) => number): number => Math.max(...grid.map((at) => Math.abs(error(at))));
  const excess = largest((at) => at.excess - derivedExcess(at.overlap, at.classes));
  const confidence = largest((at) => at.confidence - (1 - at.overlap / 2));
  const ece = largest((at) => at.ece);
  const atSix = Object.fromEntries(grid.filter(({ overlap }) => overlap === 0.6).map((at) => [`excess, overlap 0.6, ${at.classes} classes`, at.excess]));
  return [{
    claim: 'a predictor that interpolates, at its best temperature: confidence 1 − β/2 and excess NLL h(β/2) + (β/2) log(k − 1) − β log 2, to 1e-9, while the ECE of the top label is 0',
    holds: excess < 1e-9 && confidence < 1e-9 && ece < 1e-9,
    measured: { 'largest error of the excess': excess, 'largest error of the confidence': confidence, 'largest ECE': ece, ...atSix },
    seeds: [],
  }];
}
