import type { HostTensor } from '@mixwell/tensor';

/** Pixels as bytes, or floating-point features in whatever unit they have. The first axis counts the samples. */
export type Samples = HostTensor<'uint8'> | HostTensor<'float32'>;

/** Samples and their classes, in memory. */
export interface Dataset {
  /** [n, …], for images [n, height, width, channels] */
  readonly images: Samples;
  /** [n] */
  readonly labels: HostTensor<'int32'>;
}

/** Number of samples. @throws {RangeError} where images and labels differ in it, or the samples have no axis */
export function sampleCount(caller: string, { images, labels }: Dataset): number {
  const [n] = images.shape;
  if (n === undefined) throw new RangeError(`${caller}: images must have an axis of samples, got a scalar`);
  if (labels.shape.length !== 1 || labels.shape[0] !== n) {
    throw new RangeError(`${caller}: labels must have shape [${n}] as there are ${n} images, got [${labels.shape.join(', ')}]`);
  }
  return n;
}
