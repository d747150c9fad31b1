import type { HostTensor } from '@mixwell/tensor';
import type { Colour } from './canvas.ts';

/** How values become colours. */
export interface Shown {
  /** What was taken away from the images to normalise them: they are shown as x · std + mean. One for all channels or one for each. Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. */
  readonly std?: number | readonly number[];
}

const palette: readonly Colour[] = [[76, 120, 168], [245, 133, 24], [84, 162, 75], [178, 121, 162], [228, 87, 86], [114, 183, 178]];
/** The colour of source j. */
export const colourOf = (j: number): Colour => palette[j % palette.length]!;

function perChannel(name: string, value: number | readonly number[], channels: number): readonly number[] {
  const values = typeof value === 'number' ? Array.from({ length: channels }, () => value) : value;
  if (values.length !== channels) throw new RangeError(`mixGrid: ${name} must have one value per channel (${channels}), got ${values.length}`);
  return values;
}

/** The colour of a pixel of an image, 0 … 255. */
export function colourReader({ data, shape }: HostTensor<'float32'>, { mean = 0, std = 1 }: Shown): (image: number, pixel: number) => Colour {
  const [, height, width, channels] = shape as [number, number, number, number];
  const [shift, factor] = [perChannel('mean', mean, channels), perChannel('std', std, channels)];
  return (image, pixel) => [0, 1, 2].map((channel) => {
    const c = channel % channels;
    return 255 * (data[(image * height * width + pixel) * channels + c]! * factor[c]! + shift[c]!);
  }) as unknown as Colour;
}

/** The colours of the sources by their weights. */
export function maskReader({ data, shape }: HostTensor<'float32'>): (row: number, pixel: number) => Colour {
  const [rows, height, width, k] = shape as [number, number, number, number];
  return (row, pixel) => {
    const at = ((rows === 1 ? 0 : row) * height * width + pixel) * k;
    const colour: [number, number, number] = [0, 0, 0];
    for (let j = 0; j < k; j++) colourOf(j).forEach((value, channel) => { colour[channel]! += value * data[at + j]!; });
    return colour;
  };
}
