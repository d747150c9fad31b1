import { addToCalibration, calibrationStream, expectedCalibrationError, streamedCalibration } from '@mixwell/calibration';
import { python } from '../harness/commands.ts';
import type { Work } from '../harness/serve.ts';
import type { CalibrationCase } from './calibration-case.ts';

const [rows, classes] = [1_000_000, 100] as const;
const version = `Node ${process.version}`;

/** Logits and labels that python/calibration.py makes too: two rows of three point at their label. */
function madeLogits(): { readonly logits: { readonly data: Float32Array; readonly shape: readonly [number, number] }; readonly labels: Int32Array } {
  const data = new Float32Array(rows * classes);
  const labels = Int32Array.from({ length: rows }, (_, n) => (31 * n + 7 * (n % 13)) % classes);
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < classes; k++) data[n * classes + k] = (6 * ((7919 * n + 10_007 * k + 131 * ((n * k) % 97)) % 1009)) / 1008;
    if (n % 3 > 0) data[n * classes + labels[n]!]! += 4;
  }
  return { logits: { data, shape: [rows, classes] }, labels };
}

/** All at once, in one pass over the logits. */
function prepareMetrics(): Work {
  const { logits, labels } = madeLogits();
  const measure = (): number => {
    const stream = calibrationStream({ classes, bins: 15 });
    addToCalibration(stream, { logits }, labels);
    const { ece, classwiseEce, nll, brier } = streamedCalibration(stream);
    return ece + classwiseEce + nll + brier;
  };
  return { version, check: measure(), step: () => { measure(); } };
}

function prepareEce(): Work {
  const confidence = Float32Array.from({ length: rows }, (_, n) => (0.5 + (7919 * n) % 1_000_003) / 1_000_003);
  const outcome = Int32Array.from(confidence, (c, n) => (((104_729 * n) % 1009) / 1009 < c * c ? 1 : 0));
  const measure = (): number => expectedCalibrationError({ confidence }, outcome, { bins: 15 }).value;
  return { version, check: measure(), step: () => { measure(); } };
}

const peer = (name: string, form: string) => () => python('calibration.py', [name, form]);

/** Calibration errors and proper scores of a million samples. */
export const metricCases: readonly CalibrationCase[] = [
  {
    name: 'metrics-1000000x100',
    prepare: prepareMetrics,
    peers: { 'torchmetrics': peer('metrics', 'torchmetrics'), 'pytorch': peer('metrics', 'pytorch'), 'pytorch-blocked': peer('metrics', 'pytorch-blocked') },
    bytes: 4 * rows * classes,
  },
  { name: 'ece-1000000', prepare: prepareEce, peers: { torchmetrics: peer('ece', 'torchmetrics'), pytorch: peer('ece', 'pytorch') }, bytes: 8 * rows },
];
