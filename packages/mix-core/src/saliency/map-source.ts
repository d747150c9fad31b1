import type { HostTensor } from '@mixwell/tensor';

/**
 * Sizes of images that maps are made from.
 *
 * @throws {RangeError} for images of another rank, empty, NaN or infinite
 */
export function readMapSource(caller: string, { shape, data }: HostTensor<'float32'>): readonly [n: number, height: number, width: number, channels: number] {
  const [n, height, width, channels] = shape;
  if (shape.length !== 4 || shape.includes(0)) throw new RangeError(`${caller}: images must have shape [n, height, width, channels], got [${shape.join(', ')}]`);
  const wrong = data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RangeError(`${caller}: images[${wrong}] must be finite, got ${data[wrong]}`);
  return [n!, height!, width!, channels!];
}
