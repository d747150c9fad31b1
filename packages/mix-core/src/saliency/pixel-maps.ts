import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { readImages, readMaps, readSize } from '../policy/evidence.ts';
import type { Batch, Evidence } from '../policy/policy.ts';

/** Makes maps of importance, [n, height, width] ≥ 0, from n images. `spectralResidual` and `gradientMagnitude` are two. */
export type MapMaker = (images: HostTensor<'float32'>) => HostTensor<'float32' | 'float64'>;

export interface MapOptions {
  /** Makes the maps from `images` of the batch, such as `spectralResidual`. Default: `saliency` of the batch is read. */
  readonly saliency?: MapMaker;
}

/** A map as plain numbers, [height, width]. */
export type PixelMap = Float32Array | Float64Array;

/** What a policy with these options reads of the batch. */
export function mapNeeds({ saliency }: MapOptions): readonly (keyof Evidence)[] {
  return [saliency ? 'images' : 'saliency'];
}

function split(caller: string, batch: Batch): readonly PixelMap[] {
  const [rows, height, width] = readSize(caller, batch);
  const { shape, data } = readMaps(caller, batch, 'saliency');
  if (shape[1] !== height || shape[2] !== width) throw new RangeError(`${caller}: batch.saliency must have shape [${rows}, ${height}, ${width}], got [${shape.join(', ')}]`);
  return Array.from({ length: rows }, (_, row) => data.subarray(row * height * width, (row + 1) * height * width));
}

/**
 * Maps of the images with the numbers `chosen`, one for each pixel. Only those are made where they are made from the images.
 *
 * @throws {RangeError} where maps are missing, of another size than the images, negative, NaN or infinite
 */
export function pixelMaps(caller: string, batch: Batch, { saliency: make }: MapOptions, chosen: readonly number[]): readonly PixelMap[] {
  if (!make) {
    const maps = split(caller, batch);
    return chosen.map((row) => maps[row]!);
  }
  const { shape: [rows, ...inner], data } = readImages(caller, batch);
  const size = data.length / rows!;
  const images = new Float32Array(chosen.length * size);
  chosen.forEach((row, i) => images.set(data.subarray(row * size, (row + 1) * size), i * size));
  return split(caller, { ...batch, rows: chosen.length, saliency: make(hostTensor('float32', [chosen.length, ...inner], images)) });
}

/** 0 … rows − 1. */
export const allRows = (rows: number): number[] => Array.from({ length: rows }, (_, row) => row);
