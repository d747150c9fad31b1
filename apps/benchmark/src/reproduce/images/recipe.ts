import type { IdxDataset } from '@mixwell/data';
import { convNetD, type Model } from '@mixwell/models';
import type { Rng } from '@mixwell/tensor';
import { cosine, type Optimizer, sgd } from '@mixwell/train';
import { type ImageTask, sampleImages } from './image-task.ts';

/** How classifiers are trained that are to be compared: all at equal budget. */
export interface Recipe {
  readonly model: Model;
  readonly optimizer: Optimizer;
  /** Training images of a seed. */
  readonly sample: (rng: Rng) => IdxDataset;
  readonly batchSize: number;
  readonly epochs: number;
  /** Test metrics are medians over so many epochs at the end. */
  readonly lastEpochs: number;
  /** For people. */
  readonly description: string;
}

export interface ConvNetBudget {
  readonly images: number;
  readonly epochs: number;
  readonly lastEpochs: number;
  /** Default 100. */
  readonly batchSize?: number;
  /** Largest learning rate. Default 0.1. */
  readonly rate?: number;
  /** Default 'batch'. The running means of a batch norm are those of mixed images, where images are mixed. */
  readonly norm?: 'batch' | 'none';
  /** Default 'avg'. */
  readonly pooling?: 'avg' | 'max';
}

/** OpenMixup's comparison at small scale: two blocks of convolution, SGD with momentum, the rate along half a cosine. */
export function convNetRecipe({ train }: ImageTask, { images, epochs, lastEpochs, batchSize = 100, rate = 0.1, norm = 'batch', pooling = 'avg' }: ConvNetBudget): Recipe {
  const width = 16;
  const [, height, columns, channels] = train.images.shape as [number, number, number, number];
  const learningRate = cosine({ peak: rate, steps: (epochs * images) / batchSize });
  return {
    model: convNetD({ inputShape: [height, columns, channels], classes: train.classes, width, depth: 2, norm, pooling, firstPadding: 1 }),
    optimizer: sgd({ learningRate, momentum: 0.9, weightDecay: 1e-4 }),
    sample: (rng) => sampleImages(rng, train, images),
    batchSize, epochs, lastEpochs,
    description: `${images} images, ConvNet of 2 blocks, width ${width}, norm ${norm}, ${pooling} pooling, ${epochs} epochs of batches of ${batchSize}, SGD with rate ${rate} along half a cosine`,
  };
}
