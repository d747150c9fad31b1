import type { IdxDataset } from '@mixwell/data';
import { hostTensor, type HostTensor, normal, permutation, type Rng, uniform } from '@mixwell/tensor';
import { sampleImages } from '../images/image-task.ts';

/** Side of the images: means of 3 × 3 pixels of the middle 24 × 24. */
const [SIDE, FULL, POOL] = [8, 28, 3];
const BORDER = (FULL - SIDE * POOL) / 2;
export const pixels: number = SIDE * SIDE;

export interface Samples {
  /** [n, pixels], in [0, 1] */
  readonly images: HostTensor<'float32'>;
  /** [n] */
  readonly labels: HostTensor<'int32'>;
}

/** What one network is fine-tuned for. */
export interface Task {
  readonly train: Samples;
  readonly validation: Samples;
  readonly test: Samples;
}

const sizes = { train: 1000, validation: 100, test: 1000 } as const;

/** Makes another image of one. */
export type Change = (image: Float32Array) => Float32Array;

function pooled({ images, labels }: IdxDataset): Samples {
  const n = labels.data.length;
  const data = new Float32Array(n * pixels);
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < SIDE * POOL; y++) {
      for (let x = 0; x < SIDE * POOL; x++) {
        data[i * pixels + Math.floor(y / POOL) * SIDE + Math.floor(x / POOL)]! += images.data[(i * FULL + y + BORDER) * FULL + x + BORDER]! / (POOL * POOL * 255);
      }
    }
  }
  return { images: hostTensor('float32', [n, pixels], data), labels };
}

export function takeSamples({ images, labels }: Samples, rows: ArrayLike<number>): Samples {
  const data = new Float32Array(rows.length * pixels);
  for (let r = 0; r < rows.length; r++) data.set(images.data.subarray(rows[r]! * pixels, (rows[r]! + 1) * pixels), r * pixels);
  return { images: hostTensor('float32', [rows.length, pixels], data), labels: hostTensor('int32', [rows.length], Int32Array.from(rows, (row) => labels.data[row]!)) };
}

export function joinSamples(all: readonly Samples[]): Samples {
  const n = all.reduce((sum, { labels }) => sum + labels.data.length, 0);
  const [data, joined] = [new Float32Array(n * pixels), new Int32Array(n)];
  let at = 0;
  for (const { images, labels } of all) {
    data.set(images.data, at * pixels);
    joined.set(labels.data, at);
    at += labels.data.length;
  }
  return { images: hostTensor('float32', [n, pixels], data), labels: hostTensor('int32', [n], joined) };
}

/** Images of a seed; training and validation images are apart. */
export function drawTask(rng: Rng, { train, test }: { readonly train: IdxDataset; readonly test: IdxDataset }): Task {
  const seen = pooled(sampleImages(rng.split('train'), train, sizes.train + sizes.validation));
  const order = permutation(rng.split('validation'), sizes.train + sizes.validation);
  return {
    train: takeSamples(seen, order.slice(sizes.validation)),
    validation: takeSamples(seen, order.slice(0, sizes.validation)),
    test: pooled(sampleImages(rng.split('test'), test, sizes.test)),
  };
}

export function changeTask({ train, validation, test }: Task, change: Change): Task {
  const changed = ({ images, labels }: Samples): Samples => {
    const data = new Float32Array(images.data.length);
    for (let at = 0; at < data.length; at += pixels) data.set(change(images.data.subarray(at, at + pixels)), at);
    return { images: hostTensor('float32', images.shape, data), labels };
  };
  return { train: changed(train), validation: changed(validation), test: changed(test) };
}

/** A quarter turn. */
const turned: Change = (image) => Float32Array.from(image, (_, p) => image[(p % SIDE) * SIDE + SIDE - 1 - Math.floor(p / SIDE)]!);
const mirrored: Change = (image) => Float32Array.from(image, (_, p) => image[Math.floor(p / SIDE) * SIDE + SIDE - 1 - (p % SIDE)]!);

/** Rotations by 0, 90, 180, 270 degrees, then those of the mirror image. */
export const symmetries: readonly Change[] = [false, true].flatMap((mirror) => [0, 1, 2, 3].map((turns): Change => (image) => {
  let out = mirror ? mirrored(image) : image;
  for (let turn = 0; turn < turns; turn++) out = turned(out);
  return out;
}));

/** Normal noise of deviation 0.5. */
export const noisy = (rng: Rng): Change => (image) => image.map((value) => Math.min(Math.max(value + 0.5 * normal(rng), 0), 1));

/** Every fifth pixel is black or white by chance. */
export const speckled = (rng: Rng): Change => (image) => image.map((value) => (uniform(rng) < 0.2 ? Number(uniform(rng) < 0.5) : value));
