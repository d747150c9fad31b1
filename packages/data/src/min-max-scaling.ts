import { sizeOf, type HostTensor } from '@mixwell/tensor';
import { assertFinite } from './assert-finite.ts';
import type { ChannelStatistics } from './channel-statistics.ts';
import { channelsOf } from './normalize.ts';

/**
 * What maps each channel (of a table, each column) to [0, 1]: its smallest value as `mean` and its range as `std`, for `normalize` and `batches`. A column of equal values maps to 0.
 *
 * @param indices the samples to look at; give those of the training part, so that nothing is learnt of the others. Default: all
 * @throws {RangeError} for no samples, an index out of range, or data that is not finite (with its place)
 */
export function minMaxScaling(samples: HostTensor<'float32'>, indices?: ArrayLike<number>): ChannelStatistics {
  const { shape, data } = samples;
  const [n = 0] = shape;
  const chosen = indices ? Array.from(indices) : Array.from({ length: n }, (_, i) => i);
  if (chosen.length === 0) throw new RangeError('minMaxScaling: there must be at least one sample, got none');
  const bad = chosen.find((i) => !Number.isInteger(i) || i < 0 || i >= n);
  if (bad !== undefined) throw new RangeError(`minMaxScaling: indices must be whole numbers in [0, ${n}), got ${bad}`);
  assertFinite(samples, 'minMaxScaling: samples');
  const [channels, stride] = [channelsOf(shape), sizeOf(shape.slice(1))];
  const [low, high] = [Array.from({ length: channels }, () => Infinity), Array.from({ length: channels }, () => -Infinity)];
  for (const i of chosen) {
    for (let at = 0; at < stride; at++) {
      const [value, channel] = [data[i * stride + at]!, at % channels];
      low[channel] = Math.min(low[channel]!, value);
      high[channel] = Math.max(high[channel]!, value);
    }
  }
  return { mean: low, std: low.map((least, channel) => high[channel]! - least || 1) };
}
