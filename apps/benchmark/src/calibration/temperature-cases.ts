import { applyTemperature, fitTemperature, negativeLogLikelihood } from '@mixwell/calibration';
import { python } from '../harness/commands.ts';
import type { Work } from '../harness/serve.ts';
import type { CalibrationCase } from './calibration-case.ts';

/** Over-confident logits and labels that python/temperature.py makes too: two rows of three lean to their label. */
function madeLogits(rows: number, classes: number): { readonly logits: { readonly data: Float32Array; readonly shape: readonly [number, number] }; readonly labels: Int32Array } {
  const data = new Float32Array(rows * classes);
  const labels = Int32Array.from({ length: rows }, (_, n) => (31 * n + 7 * (n % 13)) % classes);
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < classes; k++) data[n * classes + k] = (15 * ((7919 * n + 10_007 * k + 131 * ((n * k) % 97)) % 1009)) / 1008;
    if (n % 3 > 0) data[n * classes + labels[n]!]! += 10;
  }
  return { logits: { data, shape: [rows, classes] }, labels };
}

/** The fit, from logits and labels as they come. The peer has to reach the same NLL. */
function prepareFit(rows: number, classes: number): Work {
  const { logits, labels } = madeLogits(rows, classes);
  const calibrator = fitTemperature(logits, labels);
  const some = { data: logits.data.subarray(0, Math.min(rows, 10_000) * classes), shape: [Math.min(rows, 10_000), classes] };
  const check = negativeLogLikelihood({ logits: applyTemperature(calibrator, some) }, labels.subarray(0, some.shape[0]));
  return { version: `Node ${process.version}`, check, step: () => { fitTemperature(logits, labels); } };
}

const temperatureCase = (rows: number, classes: number): CalibrationCase => ({
  name: `temperature-${rows}x${classes}`,
  prepare: () => prepareFit(rows, classes),
  peers: {
    'pytorch': () => python('temperature.py', [String(rows), String(classes), '1']),
    'pytorch-recipe': () => python('temperature.py', [String(rows), String(classes), '0.01']),
  },
  bytes: 4 * rows * classes,
});

/** Temperature scaling: a validation set of CIFAR-10's size, and one of twice ImageNet's. */
export const temperatureCases: readonly CalibrationCase[] = [temperatureCase(10_000, 10), temperatureCase(100_000, 1000)];
