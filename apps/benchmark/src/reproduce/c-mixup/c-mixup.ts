import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Reproduction } from '../claim.ts';
import { rotatedClaims, rotatedRuns } from './rotated-images.ts';
import { syntheticClaims, syntheticRuns } from './synthetic.ts';
import { tableClaims, tableRuns } from './tables.ts';

/** How many runs on tables take as long as one on images. */
const IMAGES = 8;

/** Yao, Wang, Zhang, Zou, Finn, "C-Mixup: Improving Generalization in Regression", NeurIPS 2022, arXiv 2210.05775. */
export const cMixup: Reproduction = async ({ seeds, dataDir, onProgress }) => {
  await tf.setBackend(BACKEND_NAME);
  const total = seeds.length * (syntheticRuns + tableRuns + IMAGES * rotatedRuns);
  let done = 0;
  const onRun = (runs: number) => (what: string): void => {
    done += runs;
    onProgress(done / total, what);
  };
  return [
    ...(await syntheticClaims(seeds, onRun(1))),
    ...(await tableClaims(seeds, onRun(1))),
    ...(await rotatedClaims(dataDir, seeds, onRun(IMAGES))),
  ];
};
