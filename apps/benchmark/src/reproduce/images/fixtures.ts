import type { IdxDataset } from '@mixwell/data';
import { createRng, hostTensor, integer } from '@mixwell/tensor';
import type { ImageTask } from './image-task.ts';

/** Noise of 16 × 16 pixels with a bright row where the class says. */
function brightRows(seed: number, n: number): IdxDataset {
  const rng = createRng(seed);
  const labels = Int32Array.from({ length: n }, (_, i) => i % 10);
  const images = Uint8Array.from({ length: n * 256 }, (_, i) => integer(rng, 0, 80) + (Math.floor(i / 16) % 16 === 3 + labels[Math.floor(i / 256)]! ? 150 : 0));
  return { images: hostTensor('uint8', [n, 16, 16, 1], images), labels: hostTensor('int32', [n], labels), classes: 10 };
}

/** Ten classes that are learned in seconds. */
export const brightRowTask: ImageTask = { name: 'bright rows', train: brightRows(1, 600), test: brightRows(2, 100), normalization: { mean: [0.2], std: [0.2] } };
