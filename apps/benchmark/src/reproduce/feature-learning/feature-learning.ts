import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { Reproduction } from '../claim.ts';
import { loadImageTask } from '../images/image-task.ts';
import { rareFeatureClaims, rareFeatureSteps } from './rare-features.ts';
import { imageEpochs, stopImageClaims } from './stop-images.ts';
import { stopTimeClaims, stopTimeSteps } from './stop-time.ts';

/** How many steps on patches take as long as an epoch on images. */
const IMAGE_EPOCH = 250;

/** Zou, Cao, Li, Gu, "The Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433. */
export const featureLearning: Reproduction = async ({ seeds, dataDir, onProgress, onFigure }) => {
  await tf.setBackend(BACKEND_NAME);
  const task = loadImageTask(dataDir);
  const all = seeds.length * (rareFeatureSteps + stopTimeSteps + IMAGE_EPOCH * imageEpochs);
  let done = 0;
  const onSteps = (steps: number, what: string): void => {
    done += steps;
    onProgress(done / all, what);
  };
  const rareFeatures = rareFeatureClaims(seeds, onSteps);
  const stopTime = stopTimeClaims(seeds, onSteps);
  onFigure('stop-time', stopTime.chart);
  const images = await stopImageClaims(task, seeds, (what) => onSteps(IMAGE_EPOCH, what));
  onFigure('stop-time-images', images.chart);
  return [...rareFeatures, ...stopTime.claims, ...images.claims];
};
