import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import { type Dataset, normalize } from '@mixwell/data';
import { convNetD, mlp } from '@mixwell/models';
import type { Rng } from '@mixwell/tensor';
import { adamW } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import type { Claim, Reproduction } from '../claim.ts';
import { grainyDigits, grainyDigitTask } from '../images/grainy-digits.ts';
import { loadMnist, sampleImages } from '../images/image-task.ts';
import { type RankTask, rankClaims } from './rank-claims.ts';
import { ways } from './ways.ts';

/** 1500 steps: so many that the training samples are learned by heart. */
const grainy = (): RankTask => ({
  name: 'grainy digits, MLP', description: `${grainyDigits}; MLP 196-128-128-10, 300 epochs of batches of 100, Adam`,
  model: mlp({ inputShape: [14, 14, 1], classes: 10 }), recipe: { optimizer: adamW({ learningRate: 1e-3 }), batchSize: 100, epochs: 300 }, draw: grainyDigitTask(),
});

const counts = { train: 1000, validation: 500, test: 2000 };

function digits(): RankTask {
  const { train, test, normalization } = loadMnist();
  const draw = (rng: Rng): Readonly<Record<keyof typeof counts, Dataset & { readonly images: ReturnType<typeof normalize> }>> => {
    const { images, labels } = sampleImages(rng.split('train'), train, counts.train + counts.validation);
    const seen = normalize(images, normalization);
    const unseen = sampleImages(rng.split('test'), test, counts.test);
    const part = (from: number, to: number) => ({
      images: { ...seen, shape: [to - from, 28, 28, 1], data: seen.data.slice(from * 784, to * 784) }, labels: { ...labels, shape: [to - from], data: labels.data.slice(from, to) },
    });
    return { train: part(0, counts.train), validation: part(counts.train, counts.train + counts.validation), test: { images: normalize(unseen.images, normalization), labels: unseen.labels } };
  };
  return {
    name: 'MNIST, ConvNet', description: `${counts.train} digits, ConvNet of 2 blocks, width 16, 30 epochs of batches of 100, Adam`,
    model: convNetD({ inputShape: [28, 28, 1], classes: 10, width: 16, depth: 2, norm: 'batch', firstPadding: 1 }), recipe: { optimizer: adamW({ learningRate: 1e-3 }), batchSize: 100, epochs: 30 }, draw,
  };
}

/** Noh, Park, Lee, Ham, "RankMixup: Ranking-Based Mixup Training for Network Calibration", ICCV 2023. */
export const rankMixup: Reproduction = async ({ seeds, onProgress }) => {
  await tf.setBackend(BACKEND_NAME);
  const tasks = [[grainy(), ways], [digits(), { 'CE': ways['CE'], 'M-NDCG, weight 1': ways['M-NDCG, weight 1'] }]] as const;
  const total = seeds.length * tasks.reduce((sum, [, compared]) => sum + Object.keys(compared).length, 0);
  let done = 0;
  const claims: Claim[] = [];
  for (const [task, compared] of tasks) claims.push(...(await rankClaims(task, compared, seeds, (what) => onProgress(++done / total, what))));
  return claims;
};
