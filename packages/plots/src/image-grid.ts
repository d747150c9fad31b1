import type { HostTensor } from '@mixwell/tensor';
import type { PixelArray } from './pixel-array.ts';

export interface ImageGridOptions {
  /** Images in a row. Default: about as many as rows. */
  readonly columns?: number;
  /** Pixels per pixel, a whole number ≥ 1: enlarged images keep their hard edges. Default 1. */
  readonly scale?: number;
  /** Transparent pixels between images. Default 2. */
  readonly gap?: number;
  /** What `normalize` took away: float images are shown as x · std + mean. One for all channels or one for each. Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. */
  readonly std?: number | readonly number[];
}

type Images = HostTensor<'float32'> | HostTensor<'uint8'>;

function whole(name: string, value: number, least: number): number {
  if (!Number.isInteger(value) || value < least) throw new RangeError(`imageGrid: ${name} must be a whole number >= ${least}, got ${value}`);
  return value;
}

function perChannel(name: string, value: number | readonly number[], channels: number): readonly number[] {
  const values = typeof value === 'number' ? Array.from({ length: channels }, () => value) : value;
  if (values.length !== channels) throw new RangeError(`imageGrid: ${name} must have one value per channel (${channels}), got ${values.length}`);
  return values;
}

/** The byte that an element of the images is shown as. */
function byteReader(images: Images, channels: number, { mean, std }: ImageGridOptions): (at: number, channel: number) => number {
  if (images.dtype === 'uint8') {
    if (mean !== undefined || std !== undefined) throw new TypeError('imageGrid: mean and std are for float32 images, got uint8 ones');
    return (at) => images.data[at]!;
  }
  const shift = perChannel('mean', mean ?? 0, channels);
  const scale = perChannel('std', std ?? 1, channels);
  return (at, channel) => {
    const value = images.data[at]!;
    if (!Number.isFinite(value)) throw new RangeError(`imageGrid: images must be finite, got ${value} at index ${at}`);
    return 255 * (value * scale[channel]! + shift[channel]!);
  };
}

/**
 * Many images in one picture, row by row, with transparent gaps.
 *
 * @param images [n, h, w, 1] gray or [n, h, w, 3] RGB; float32 in [0, 1] (what lies outside is clipped) or uint8
 * @returns RGBA pixels: `columns` images and their gaps wide
 * @throws {RangeError} for another shape, sizes that are no whole numbers, mean or std that do not fit the channels, floats that are not finite (with the place)
 */
export function imageGrid(images: Images, options: ImageGridOptions = {}): PixelArray {
  const [n = 0, h = 0, w = 0, channels = 0] = images.shape;
  if (images.shape.length !== 4 || n * h * w === 0 || (channels !== 1 && channels !== 3)) {
    throw new RangeError(`imageGrid: images must have shape [n, h, w, 1 or 3], got [${images.shape.join(', ')}]`);
  }
  const columns = Math.min(n, whole('columns', options.columns ?? Math.ceil(Math.sqrt(n)), 1));
  const scale = whole('scale', options.scale ?? 1, 1);
  const gap = whole('gap', options.gap ?? 2, 0);
  const byteAt = byteReader(images, channels, options);
  const width = columns * (w * scale + gap) - gap;
  const height = Math.ceil(n / columns) * (h * scale + gap) - gap;
  const data = new Uint8ClampedArray(width * height * 4);

  for (let image = 0; image < n; image++) {
    const left = (image % columns) * (w * scale + gap);
    const top = Math.floor(image / columns) * (h * scale + gap);
    for (let y = 0; y < h * scale; y++) {
      for (let x = 0; x < w * scale; x++) {
        const from = ((image * h + Math.floor(y / scale)) * w + Math.floor(x / scale)) * channels;
        const to = ((top + y) * width + left + x) * 4;
        for (let channel = 0; channel < 3; channel++) data[to + channel] = byteAt(from + (channel % channels), channel % channels);
        data[to + 3] = 255;
      }
    }
  }
  return { width, height, data };
}
