import { existsSync, readdirSync } from 'node:fs';
import { type IdxDataset, normalize } from '@mixwell/data';
import { hostTensor, type HostTensor, permutation, type Rng } from '@mixwell/tensor';
import { halved } from '../images/halved.ts';
import { type ImageTask, loadImageTask, loadMnist, sampleImages } from '../images/image-task.ts';
import { loadImageFolder } from './image-folder.ts';

export interface LabelledImages {
  /** [n, height, width, channels] in [0, 1] */
  readonly images: HostTensor<'float32'>;
  readonly labels: Int32Array;
}

/** Images of which some classes are for training and the others, never seen, for retrieval. */
export interface MetricTask {
  /** For people. */
  readonly name: string;
  readonly classes: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  readonly network: 'mlp' | 'convnet';
  readonly draw: (rng: Rng) => LabelledImages;
}

/** As many as scikit-learn's digits, and of their size: means of 3 × 3 pixels of the middle 24 × 24. */
const [DIGITS, SIDE, POOL, FULL] = [1797, 8, 3, 28];

function pooledDigits({ images, labels }: IdxDataset): LabelledImages {
  const n = labels.data.length;
  const border = (FULL - SIDE * POOL) / 2;
  const pixels = new Float32Array(n * SIDE * SIDE);
  for (let at = 0; at < n * (SIDE * POOL) ** 2; at++) {
    const [i, y, x] = [Math.floor(at / (SIDE * POOL) ** 2), Math.floor(at / (SIDE * POOL)) % (SIDE * POOL), at % (SIDE * POOL)];
    pixels[i * SIDE * SIDE + Math.floor(y / POOL) * SIDE + Math.floor(x / POOL)]! += images.data[(i * FULL + y + border) * FULL + x + border]! / (255 * POOL * POOL);
  }
  return { images: hostTensor('float32', [n, SIDE, SIDE, 1], pixels), labels: labels.data };
}

const digits: MetricTask = {
  name: 'digits of 8 × 8', classes: 10, imageShape: [SIDE, SIDE, 1], network: 'mlp',
  draw: (rng) => pooledDigits(sampleImages(rng, loadMnist().train, DIGITS)),
};

const SAMPLES = 4000;

/** Images of 14 × 14 of another set. */
function smaller({ name, train }: ImageTask): MetricTask {
  return {
    name, classes: train.classes, imageShape: [14, 14, 1], network: 'mlp',
    draw(rng) {
      const { images, labels } = sampleImages(rng, train, SAMPLES);
      return { images: normalize(halved(images), {}), labels: labels.data };
    },
  };
}

const hasFolders = (folder: string): boolean => existsSync(folder) && readdirSync(folder, { withFileTypes: true }).some((entry) => entry.isDirectory());

/** What retrieval is tried on: digits, MNIST, Fashion-MNIST where it is there; and the images of `dataDir` where that is a folder of folders. The first has claims that must hold. */
export function metricTasks(dataDir: string | null): readonly [MetricTask, ...MetricTask[]] {
  const ownImages = dataDir !== null && hasFolders(dataDir);
  const fashion = loadImageTask(ownImages ? null : dataDir);
  return [digits, smaller(loadMnist()), ...(fashion.name === 'MNIST' ? [] : [smaller(fashion)]), ...(ownImages ? [loadImageFolder(dataDir)] : [])];
}

export interface Parts {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
  /** How many classes train; their labels are 0, 1, … */
  readonly trainClasses: number;
}

function select({ images, labels }: LabelledImages, chosen: readonly number[]): LabelledImages {
  const places = new Map(chosen.map((label, i) => [label, i]));
  const rows = [...labels.keys()].filter((row) => places.has(labels[row]!));
  return { images: takeImages(images, rows), labels: Int32Array.from(rows, (row) => places.get(labels[row]!)!) };
}

export function takeImages({ shape, data }: HostTensor<'float32'>, rows: ArrayLike<number>): HostTensor<'float32'> {
  const size = data.length / shape[0]!;
  const taken = new Float32Array(rows.length * size);
  for (let r = 0; r < rows.length; r++) taken.set(data.subarray(rows[r]! * size, (rows[r]! + 1) * size), r * size);
  return hostTensor('float32', [rows.length, ...shape.slice(1)], taken);
}

/** Half of the classes, drawn at random, train; the others test. */
export function splitClasses(rng: Rng, { classes, draw }: MetricTask): Parts {
  const order = [...permutation(rng.split('classes'), classes)];
  const drawn = draw(rng.split('images'));
  const trainClasses = Math.ceil(classes / 2);
  return { train: select(drawn, order.slice(0, trainClasses)), test: select(drawn, order.slice(trainClasses)), trainClasses };
}
