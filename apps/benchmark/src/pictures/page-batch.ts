import { type Batch, gradientMagnitude } from '@mixwell/mix-core';
import { createRng, type HostTensor, hostTensor } from '@mixwell/tensor';
import { type ImageTask, sampleImages } from '../reproduce/images/image-task.ts';

/** Pixels around an image, so that its sides become multiples of 16. */
const PAD = 2;

/** Images in the batch. */
const ROWS = 6;

/** Attention is shown on a grid of so many cells per side. */
const GRID = 8;

/** [n, h, w, 1] bytes as numbers in [0, 1], with a margin. */
function padded({ shape, data }: HostTensor<'uint8'>): HostTensor<'float32'> {
  const [n, h, w] = shape as [number, number, number];
  const [height, width] = [h + 2 * PAD, w + 2 * PAD];
  const out = new Float32Array(n * height * width);
  data.forEach((value, i) => {
    const [image, y, x] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
    out[(image * height + y + PAD) * width + x + PAD] = value / 255;
  });
  return hostTensor('float32', [n, height, width, 1], out);
}

/** [rows, cells, cells]: sums of a map over the cells of a grid. */
function onGrid({ shape, data }: HostTensor<'float32'>): HostTensor<'float32'> {
  const [rows, height, width] = shape as [number, number, number];
  const out = new Float32Array(rows * GRID * GRID);
  data.forEach((value, i) => {
    const [row, y, x] = [Math.floor(i / (height * width)), Math.floor(i / width) % height, i % width];
    out[(row * GRID + Math.floor((y * GRID) / height)) * GRID + Math.floor((x * GRID) / width)]! += value;
  });
  return hostTensor('float32', [rows, GRID, GRID], out);
}

/** [rows, 1]: the mean brightness of each image, a label that C-Mixup can go by. */
function brightness({ shape, data }: HostTensor<'float32'>): HostTensor<'float32'> {
  const [rows] = shape as [number];
  const size = data.length / rows;
  return hostTensor('float32', [rows, 1], Float32Array.from({ length: rows }, (_, row) => data.subarray(row * size, (row + 1) * size).reduce((sum, value) => sum + value / size, 0)));
}

/** Test images with all the evidence that a policy may ask for. Without a network, the size of an image's own gradient stands for saliency and attention. */
export function pageBatch({ test }: ImageTask, seed: number): Batch & { readonly images: HostTensor<'float32'> } {
  const { images: bytes, labels } = sampleImages(createRng(seed), test, ROWS);
  const images = padded(bytes);
  const [rows, height, width] = images.shape as [number, number, number];
  const saliency = gradientMagnitude(images);
  return { rows, height, width, images, labels, saliency, attention: onGrid(saliency), targets: brightness(images), step: 0 };
}
