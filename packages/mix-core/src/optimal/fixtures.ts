import { createRng, hostTensor, normal, type Rng, uniform } from '@mixwell/tensor';
import type { Batch } from '../policy/policy.ts';

/** Smooth colours in [0, 1] with noise, and saliency that is high around one place of each image. */
export function salientBatch(seed: number, [rows, height, width, channels]: readonly [number, number, number, number]): Batch & Required<Pick<Batch, 'images' | 'saliency'>> {
  const rng = createRng(seed);
  const images = new Float32Array(rows * height * width * channels);
  const saliency = new Float32Array(rows * height * width);
  for (let row = 0; row < rows; row++) {
    const [cy, cx, slope, spread] = [uniform(rng) * height, uniform(rng) * width, uniform(rng) - 0.5, (0.1 + 0.2 * uniform(rng)) * Math.max(height, width)];
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const at = (row * height + y) * width + x;
        saliency[at] = (Math.exp(-((y - cy) ** 2 + (x - cx) ** 2) / (2 * spread ** 2)) + 0.05) * Math.abs(normal(rng));
        for (let c = 0; c < channels; c++) images[at * channels + c] = colour(rng, slope, y / height + x / width, c);
      }
    }
  }
  return { rows, height, width, images: hostTensor('float32', [rows, height, width, channels], images), saliency: hostTensor('float32', [rows, height, width], saliency) };
}

const colour = (rng: Rng, slope: number, along: number, channel: number): number => Math.min(Math.max(0.5 + slope * (along - 1) + 0.1 * channel + 0.1 * (uniform(rng) - 0.5), 0), 1);
