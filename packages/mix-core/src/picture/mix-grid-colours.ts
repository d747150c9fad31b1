import type { HostTensor } from '@mixwell/tensor';
import type { Colour } from './canvas.ts';

/** How values become colours. */
export interface Shown {
  /** What was taken away from the images to normalise them: they are shown as x · std + mean. One for all channels or one for each. Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. */
  readonly std?: number | readonly number[];
}

/** The palette of `@mixwell/plots`, which is told apart with every common colour blindness (Okabe, Ito: Color universal design, 2008). A test compares the two. */
export const palette: readonly Colour[] = [[0, 114, 178], [213, 94, 0], [0, 158, 115], [204, 121, 167], [230, 159, 0], [86, 180, 233], [91, 100, 114], [184, 162, 0]];

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

/** The colours of k sources by their weights [rows · pixels, k]. */
export function maskReader(weights: Float32Array, k: number): (at: number) => Colour {
  return (at) => {
    const colour: [number, number, number] = [0, 0, 0];
    for (let j = 0; j < k; j++) colourOf(j).forEach((value, channel) => { colour[channel]! += value * weights[at * k + j]!; });
    return colour;
  };
}

/** A colour that fades towards white as its share falls from 1 to 0. */
export function faded(colour: Colour, share: number): Colour {
  return colour.map((value) => 255 - (255 - Math.min(Math.max(value, 0), 255)) * (0.25 + 0.75 * share)) as unknown as Colour;
}
