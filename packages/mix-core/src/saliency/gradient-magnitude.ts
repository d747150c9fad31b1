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
  const maps = new Float32Array(n * height * width);
  for (let pixel = 0; pixel < maps.length; pixel++) {
    const [row, column] = [Math.floor(pixel / width) % height, pixel % width];
    const [left, right] = [column === 0 ? 0 : channels, column === width - 1 ? 0 : channels];
    const [up, down] = [row === 0 ? 0 : width * channels, row === height - 1 ? 0 : width * channels];
    let sum = 0;
    for (let at = pixel * channels; at < (pixel + 1) * channels; at++) sum += ((data[at + right]! - data[at - left]!) / 2) ** 2 + ((data[at + down]! - data[at - up]!) / 2) ** 2;
    maps[pixel] = Math.sqrt(sum / channels);
  }
  return hostTensor('float32', [n, height, width], maps);
}
