import { assertFinite } from './assert-finite.ts';
import type { Samples } from './dataset.ts';
import { channelsOf } from './normalize.ts';

/** Mean and standard deviation (biased) of each channel, ready for `normalize` and `batches`. */
export interface ChannelStatistics {
  readonly mean: number[];
  readonly std: number[];
}

/** Welford's update with counts: exact sums for bytes, stable for floats with a large mean. */
function ofFloats(data: Float32Array, channels: number): ChannelStatistics {
  const mean = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < data.length; i++) {
    const channel = i % channels;
    const delta = data[i]! - mean[channel]!;
    mean[channel]! += delta / (Math.floor(i / channels) + 1);
    squares[channel]! += delta * (data[i]! - mean[channel]!);
  }
  const count = data.length / channels;
  return { mean: Array.from(mean), std: Array.from(squares, (s) => Math.sqrt(s / count)) };
}

function ofBytes(data: Uint8Array, channels: number): ChannelStatistics {
  const histogram = new Float64Array(256 * channels);
  for (let i = 0, channel = 0; i < data.length; i++) {
    histogram[(channel << 8) | data[i]!]!++;
    channel = channel + 1 === channels ? 0 : channel + 1;
  }
  const count = data.length / channels;
  const average = (channel: number, f: (value: number) => number): number => {
    let sum = 0;
    for (let value = 0; value < 256; value++) sum += histogram[(channel << 8) | value]! * f(value / 255);
    return sum / count;
  };
  const mean = Array.from({ length: channels }, (_, c) => average(c, (v) => v));
  return { mean, std: mean.map((m, c) => Math.sqrt(average(c, (v) => (v - m) ** 2))) };
}

/**
 * Mean and standard deviation per channel over all samples and positions; bytes count in units of 255.
 *
 * @throws {RangeError} for no samples, or float data that is not finite (with its place)
 */
export function channelStatistics(images: Samples): ChannelStatistics {
  if (images.data.length === 0) throw new RangeError('channelStatistics: images must hold at least one sample, got none');
  if (images.dtype === 'uint8') return ofBytes(images.data, channelsOf(images.shape));
  assertFinite(images, 'channelStatistics: images');
  return ofFloats(images.data, channelsOf(images.shape));
}
