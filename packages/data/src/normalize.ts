import { hostTensor, sizeOf, type HostTensor } from '@mixwell/tensor';
import { assertFinite } from './assert-finite.ts';
import type { Samples } from './dataset.ts';

/** Mean and standard deviation: one for all channels, or one per channel. For uint8 images in units of 255. */
export interface Normalization {
  /** Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. Must be > 0. */
  readonly std?: number | readonly number[];
}

/** Per channel: y = x · scale + shift. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

function perChannel(caller: string, name: string, value: number | readonly number[], channels: number): readonly number[] {
  const values = typeof value === 'number' ? Array.from({ length: channels }, () => value) : value;
  if (values.length !== channels) throw new RangeError(`${caller}: ${name} must have one value per channel (${channels}), got ${values.length}`);
  const bad = values.find((v) => !Number.isFinite(v) || (name === 'std' && v <= 0));
  if (bad !== undefined) throw new RangeError(`${caller}: ${name} must be ${name === 'std' ? '> 0' : 'finite'}, got ${bad}`);
  return values;
}

function affineOf(caller: string, { mean = 0, std = 1 }: Normalization, channels: number, unit: number): Affine {
  const means = perChannel(caller, 'mean', mean, channels);
  const stds = perChannel(caller, 'std', std, channels);
  return { scale: Float64Array.from(stds, (s) => 1 / (unit * s)), shift: Float64Array.from(stds, (s, c) => -means[c]! / s) };
}

/** How many channels a tensor has: its last axis, or 1 where it has no axis but that of the samples. */
export const channelsOf = (shape: readonly number[]): number => (shape.length > 1 ? shape.at(-1)! : 1);

/** Copies chosen samples and normalises them on the way. Made once per data set, used for each batch. */
export type Gather = (indices: Int32Array) => HostTensor<'float32'>;

/**
 * `gather(indices)` for these samples: (x / 255 − mean) / std for bytes, (x − mean) / std for floats. Bytes go through a table of
 * 256 results per channel; floats are searched for NaN and infinity as they are read.
 */
export function gatherNormalized(caller: string, images: Samples, normalization: Normalization): Gather {
  const channels = channelsOf(images.shape);
  const stride = sizeOf(images.shape.slice(1));
  const affine = affineOf(caller, normalization, channels, images.dtype === 'uint8' ? 255 : 1);
  const gather = images.dtype === 'uint8' ? bytesGather(images.data, affine, stride) : floatsGather(caller, images, affine, stride);
  return (indices) => hostTensor('float32', [indices.length, ...images.shape.slice(1)], gather(indices));
}

function bytesGather(data: Uint8Array, { scale, shift }: Affine, stride: number): (indices: Int32Array) => Float32Array {
  const channels = scale.length;
  const table = Float32Array.from({ length: 256 * channels }, (_, i) => (i & 255) * scale[i >> 8]! + shift[i >> 8]!);
  return (indices) => {
    const out = new Float32Array(indices.length * stride);
    let at = 0;
    for (const index of indices) {
      for (let from = index * stride, channel = 0; from < (index + 1) * stride; from++) {
        out[at++] = table[(channel << 8) | data[from]!]!;
        channel = channel + 1 === channels ? 0 : channel + 1;
      }
    }
    return out;
  };
}

function floatsGather(caller: string, images: HostTensor<'float32'>, { scale, shift }: Affine, stride: number): (indices: Int32Array) => Float32Array {
  const { data } = images;
  const channels = scale.length;
  return (indices) => {
    const out = new Float32Array(indices.length * stride);
    let at = 0;
    for (const index of indices) {
      for (let from = index * stride, channel = 0; from < (index + 1) * stride; from++) {
        const value = data[from]!;
        if (!Number.isFinite(value)) assertFinite(images, `${caller}: images`);
        out[at++] = value * scale[channel]! + shift[channel]!;
        channel = channel + 1 === channels ? 0 : channel + 1;
      }
    }
    return out;
  };
}

/**
 * All samples normalised: (x / 255 − mean) / std for uint8, (x − mean) / std for float32, channels last.
 *
 * @throws {RangeError} where mean or std do not fit the channels, a std is not > 0, or float data is not finite (with its place)
 */
export function normalize(images: Samples, normalization: Normalization): HostTensor<'float32'> {
  const n = images.shape[0] ?? 1;
  return gatherNormalized('normalize', images, normalization)(Int32Array.from({ length: n }, (_, i) => i));
}
