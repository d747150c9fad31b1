import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { readMapSource } from './map-source.ts';

/**
 * Saliency without a network: how fast pixels change, √(mean over channels of dx² + dy²), by central differences; at the border, where the next pixel is missing, by half of
 * the one-sided ones.
 *
 * @param images [n, height, width, channels]
 * @returns [n, height, width] ≥ 0
 * @throws {RangeError} for images of another rank, empty, NaN or infinite
 */
export function gradientMagnitude(images: HostTensor<'float32'>): HostTensor<'float32'> {
  const [n, height, width, channels] = readMapSource('gradientMagnitude', images);
  const { data } = images;
  const maps = Float32Array.from({ length: n * height * width }, (_, pixel) => {
    const [row, column] = [Math.floor(pixel / width) % height, pixel % width];
    const [left, right] = [column === 0 ? 0 : 1, column === width - 1 ? 0 : 1];
    const [up, down] = [row === 0 ? 0 : width, row === height - 1 ? 0 : width];
    let sum = 0;
    for (let c = 0; c < channels; c++) {
      const at = (offset: number): number => data[(pixel + offset) * channels + c]!;
      sum += ((at(right) - at(-left)) / 2) ** 2 + ((at(down) - at(-up)) / 2) ** 2;
    }
    return Math.sqrt(sum / channels);
  });
  return hostTensor('float32', [n, height, width], maps);
}
