import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Reproduction } from '../claim.ts';
import { loadImageTask } from '../images/image-task.ts';
import { gaussianClaims, gaussianRuns } from './gaussians.ts';
import { toyClaims } from './interpolator-toy.ts';
import { noisyLabelClaims, noisyLabelRuns } from './noisy-labels.ts';
import { overlapClaims, overlapRuns } from './overlap.ts';

/** Chidambaram, Ge, "On the Limitations of Temperature Scaling for Distributions with Overlaps", ICLR 2024, arXiv 2306.00740. */
export const calibration: Reproduction = async ({ seeds, dataDir, onProgress, onFigure }) => {
  await tf.setBackend(BACKEND_NAME);
  const task = loadImageTask(dataDir);
  const total = seeds.length * (overlapRuns + gaussianRuns + noisyLabelRuns);
  let done = 0;
  const onRun = (what: string): void => onProgress(++done / total, what);
  const overlap = await overlapClaims(seeds, onRun);
  onFigure('excess', overlap.chart);
  return [...toyClaims(), ...overlap.claims, ...(await gaussianClaims(seeds, onRun)), ...(await noisyLabelClaims(task, seeds, onRun))];
};
