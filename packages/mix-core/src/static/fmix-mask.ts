import { checkShare } from '../check.ts';
import { type LowFrequencyChoice, lowFrequencyImage } from './low-frequency-image.ts';

export interface FmixMaskChoice extends LowFrequencyChoice {
  /** Mean of the mask, in [0, 1]. */
  readonly lambda: number;
  /** In [0, 1]: above 1/2 the number of ones is rounded up, else down. */
  readonly u: number;
  /** Share of the image, in [0, 0.5], over which the mask falls from 1 to 1/2, and again to 0. Cut down to λ or 1 − λ. Default 0, a hard edge. */
  readonly maxSoft?: number;
}

/** @throws {RangeError} for a share outside [0, 0.5] */
export function checkMaxSoft(caller: string, maxSoft: number): void {
  if (!(maxSoft >= 0 && maxSoft <= 0.5)) throw new RangeError(`${caller}: maxSoft must be in [0, 0.5], got ${maxSoft}`);
}

/**
 * The mask of FMix, 1 where the image itself shows: the pixels where an image of low frequencies is largest, λ of them.
 *
 * Harris et al., "FMix: Enhancing Mixed Sample Data Augmentation", arXiv 2002.12047.
 *
 * @returns [height, width] in [0, 1]; its mean is λ up to 1/(height·width)
 * @throws {RangeError} for values out of range, another number of noise values
 */
export function fmixMask({ lambda, u, maxSoft = 0, ...choice }: FmixMaskChoice): Float64Array {
  checkShare('fmixMask', 'lambda', lambda);
  checkShare('fmixMask', 'u', u);
  checkMaxSoft('fmixMask', maxSoft);
  const image = lowFrequencyImage(choice);
  const pixels = image.length;
  const ones = u > 0.5 ? Math.ceil(lambda * pixels) : Math.floor(lambda * pixels);
  const soft = Math.floor(pixels * Math.min(maxSoft, lambda, 1 - lambda));
  const keep = new Float64Array(pixels);
  Int32Array.from(image, (_, i) => i).sort((a, b) => image[b]! - image[a]!).forEach((pixel, rank) => {
    if (rank < ones - soft) keep[pixel] = 1;
    else if (rank < ones + soft) keep[pixel] = 1 - (rank - ones + soft) / (2 * soft - 1);
  });
  return keep;
}
