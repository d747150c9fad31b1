import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hostTensor } from '@mixwell/tensor';
import { decode as decodePng } from 'fast-png';
import { decode as decodeJpeg } from 'jpeg-js';
import type { MetricTask } from './tasks.ts';

const SIDE = 32;

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Largest value of a channel. */
  readonly white: number;
  readonly data: ArrayLike<number>;
}

function readPicture(path: string): Picture {
  const bytes = readFileSync(path);
  try {
    if (bytes[0] === 0xff) return { ...decodeJpeg(bytes, { useTArray: true }), channels: 4, white: 255 };
    const { width, height, channels, depth, data, palette } = decodePng(bytes);
    if (palette) throw new Error('images with a palette are not read');
    if (depth < 8) throw new Error(`images of ${depth} bits are not read`);
    return { width, height, channels, white: 2 ** depth - 1, data };
  } catch (cause) {
    throw new Error(`${path}: must be a JPEG or PNG image: ${(cause as Error).message}`, { cause });
  }
}

/** The middle square as SIDE × SIDE means of colours in [0, 1]; grey becomes three equal colours. */
function shrink({ width, height, channels, white, data }: Picture): Float32Array {
  const side = Math.min(width, height);
  const [left, top] = [(width - side) >> 1, (height - side) >> 1];
  const out = new Float32Array(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y++) {
    for (let x = 0; x < SIDE; x++) {
      const [y0, x0] = [Math.floor((y * side) / SIDE), Math.floor((x * side) / SIDE)];
      const [y1, x1] = [Math.max(y0 + 1, Math.floor(((y + 1) * side) / SIDE)), Math.max(x0 + 1, Math.floor(((x + 1) * side) / SIDE))];
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let v = y0; v < y1; v++) for (let u = x0; u < x1; u++) sum += data[((top + v) * width + left + u) * channels + (channels > 2 ? c : 0)]!;
        out[(y * SIDE + x) * 3 + c] = sum / ((y1 - y0) * (x1 - x0) * white);
      }
    }
  }
  return out;
}

/**
 * Images in a folder for each class, as CUB-200-2011 has them (its folder `images`), as small squares.
 *
 * @throws {Error} for fewer than 4 classes, a class without images, or a file that is no image, naming it
 */
export function loadImageFolder(folder: string): MetricTask {
  const visible = (name: string): boolean => !name.startsWith('.');
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && visible(entry.name)).map(({ name }) => name).sort();
  if (names.length < 4) throw new Error(`${folder}: must have a folder for each of at least 4 classes, got ${names.length}`);
  const pictures: Float32Array[] = [];
  const labels: number[] = [];
  for (const [label, name] of names.entries()) {
    const files = readdirSync(join(folder, name)).filter((file) => visible(file) && /\.(jpe?g|png)$/i.test(file)).sort();
    if (files.length === 0) throw new Error(`${join(folder, name)}: must hold JPEG or PNG images, got none`);
    for (const file of files) {
      pictures.push(shrink(readPicture(join(folder, name, file))));
      labels.push(label);
    }
  }
  const data = new Float32Array(pictures.length * SIDE * SIDE * 3);
  for (const [i, picture] of pictures.entries()) data.set(picture, i * picture.length);
  const all = { images: hostTensor('float32', [pictures.length, SIDE, SIDE, 3], data), labels: Int32Array.from(labels) };
  return { name: `images of ${basename(folder)}`, classes: names.length, imageShape: [SIDE, SIDE, 3], network: 'convnet', draw: () => all };
}
