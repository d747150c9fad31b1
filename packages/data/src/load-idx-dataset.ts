import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { hostTensor, type HostTensor } from '@mixwell/tensor';
import type { Dataset } from './dataset.ts';
import { readIdx } from './idx.ts';

export interface LoadIdxOptions {
  /** Number of classes; labels have to lie in [0, classes). Default 10, which holds for MNIST, Fashion-MNIST and KMNIST. */
  readonly classes?: number;
}

/** A training or test part in memory. */
export interface IdxDataset extends Dataset {
  /** [n, height, width, channels] */
  readonly images: HostTensor<'uint8'>;
  /** [n] */
  readonly labels: HostTensor<'int32'>;
  readonly classes: number;
}

const prefixes = { train: 'train', test: 't10k|test' } as const;

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
  } catch (cause) {
    throw new Error(`loadIdxDataset: ${folder}: must be a folder of idx files, got ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, { cause });
  }
}

/** The file of a folder that is called like one of the usual names; unpacked files come before packed ones. */
function find(folder: string, part: 'train' | 'test', what: 'images' | 'labels'): string {
  const ranks = what === 'images' ? '[34]' : '1';
  const pattern = new RegExp(`^(${prefixes[part]})-${what}[-.]idx${ranks}-ubyte(\\.gz)?$`);
  const present = filesOf(folder);
  const [found] = present.filter((name) => pattern.test(name)).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  if (found === undefined) {
    const usual = part === 'train' ? 'train' : 't10k';
    const name = `${usual}-${what}-idx${what === 'images' ? 3 : 1}-ubyte`;
    const listing = present.length === 0 ? 'is empty' : `holds ${present.slice(0, 8).join(', ')}${present.length > 8 ? ', …' : ''}`;
    throw new Error(`loadIdxDataset: ${folder}: no file ${name}, ${name.replace('-idx', '.idx')} or one of them with .gz; the folder ${listing}`);
  }
  return join(folder, found);
}

function readImages(path: string): HostTensor<'uint8'> {
  const tensor = readIdx(path);
  if (tensor.dtype !== 'uint8') throw new Error(`${path}: byte 2: images must be uint8 (0x08), got ${tensor.dtype}`);
  const { shape } = tensor;
  if (shape.length !== 3 && shape.length !== 4) throw new Error(`${path}: byte 3: images must have 3 axes (or 4 with channels last), got ${shape.length}`);
  if (shape[0] === 0) throw new Error(`${path}: byte 4: the file holds no images`);
  return hostTensor('uint8', shape.length === 3 ? [...shape, 1] : shape, tensor.data);
}

function readLabels(path: string, classes: number): HostTensor<'int32'> {
  const tensor = readIdx(path);
  if (tensor.dtype !== 'uint8') throw new Error(`${path}: byte 2: labels must be uint8 (0x08), got ${tensor.dtype}`);
  if (tensor.shape.length !== 1) throw new Error(`${path}: byte 3: labels must have 1 axis, got ${tensor.shape.length}`);
  const outside = tensor.data.findIndex((label) => label >= classes);
  if (outside !== -1) throw new Error(`${path}: byte ${8 + outside}: label ${outside} must be in [0, ${classes}), got ${tensor.data[outside]} (option classes)`);
  return hostTensor('int32', tensor.shape, Int32Array.from(tensor.data));
}

/**
 * Reads the two files of one part of a data set in MNIST's form: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte`, or
 * `t10k-…` (also `test-…`), with a dot for the dash before `idx`, packed with gzip or not.
 *
 * @throws {Error} where a file is missing or damaged, the counts differ, or a label is out of range; it names the file and the byte
 */
export function loadIdxDataset(folder: string, part: 'train' | 'test', { classes = 10 }: LoadIdxOptions = {}): IdxDataset {
  if (!Number.isInteger(classes) || classes < 1) throw new RangeError(`loadIdxDataset: classes must be a whole number >= 1, got ${classes}`);
  const files = { images: find(folder, part, 'images'), labels: find(folder, part, 'labels') };
  const images = readImages(files.images);
  const labels = readLabels(files.labels, classes);
  if (images.shape[0] !== labels.shape[0]) {
    throw new Error(`${files.labels}: byte 4: ${labels.shape[0]} labels for the ${images.shape[0]} images of ${files.images}`);
  }
  return { images, labels, classes };
}
