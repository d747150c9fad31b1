import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Reproduction } from '../claim.ts';
import { rareFeatureClaims, rareFeatureRuns } from './rare-features.ts';
import { stopTimeClaims, stopTimeRuns } from './stop-time.ts';

/** Zou, Cao, Li, Gu, "The Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433. */
export const featureLearning: Reproduction = async ({ seeds, onProgress, onFigure }) => {
  await tf.setBackend(BACKEND_NAME);
  const runs = seeds.length * (rareFeatureRuns + stopTimeRuns);
  let done = 0;
  const onRun = (what: string): void => onProgress(done++ / runs, what);
  const rareFeatures = rareFeatureClaims(seeds, onRun);
  const { claims, chart } = stopTimeClaims(seeds, onRun);
  onFigure('stop-time', chart);
  return [...rareFeatures, ...claims];
};
