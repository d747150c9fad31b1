import { checkWhole } from '../check.ts';
import { dft2 } from '../fourier/dft.ts';

export interface LowFrequencyChoice {
  readonly height: number;
  readonly width: number;
  /** [height, columns, 2] standard normal numbers for the half spectrum, columns = ⌊width/2⌋ + 1. The column more that FMix's code draws for odd widths is read over. */
  readonly noise: ArrayLike<number>;
  /** Amplitudes fall as frequency^(−decay). Default 3. */
  readonly decay?: number;
  /**
   * 'paper': the two numbers of a bin are its real and imaginary part. 'reference': what FMix's code does by a slip of an index, and all published figures with it: bins (k, 0) and (k, 1)
   * get the numbers of column k, in row 0 as real and in row 1 as imaginary parts, all other bins are 0. Default 'paper'.
   */
  readonly spectrum?: 'paper' | 'reference';
}

/** Numbers in a row of the noise. */
function noiseColumns({ height, width, noise }: LowFrequencyChoice): number {
  const half = Math.floor(width / 2) + 1;
  const columns = noise.length / (2 * height);
  if (columns !== half && !(width % 2 === 1 && width > 1 && columns === half + 1)) throw new RangeError(`fmix: noise must have ${height} · ${half} · 2 numbers, got ${noise.length}`);
  return columns;
}

/** The half spectrum [height, ⌊width/2⌋ + 1] as [re, im, …]. */
function halfSpectrum(choice: LowFrequencyChoice): Float64Array {
  const { height, width, noise, decay = 3, spectrum = 'paper' } = choice;
  const columns = noiseColumns(choice);
  const half = Math.floor(width / 2) + 1;
  const frequency = (bin: number, size: number): number => Math.min(bin, size - bin) / size;
  const scaled = (row: number, column: number, part: number): number => {
    const size = Math.hypot(frequency(row, height), frequency(column, width));
    return Math.max(size, 1 / Math.max(height, width)) ** -decay * noise[(row * columns + column) * 2 + part]!;
  };
  const out = new Float64Array(2 * height * half);
  if (spectrum === 'paper') {
    for (let i = 0; i < out.length; i++) out[i] = scaled(Math.floor(i / (2 * half)), (i >> 1) % half, i % 2);
  } else {
    if (height < 2) throw new RangeError(`fmix: spectrum 'reference' needs images of 2 rows or more, got ${height}`);
    for (let k = 0; k < Math.min(columns, height); k++) {
      for (let j = 0; j < Math.min(2, half); j++) out.set([scaled(0, k, j), scaled(1, k, j)], 2 * (k * half + j));
    }
  }
  return out;
}

/**
 * A random image of low frequencies, in [0, 1] from its least to its largest value: the inverse real Fourier transform of noise that falls off with frequency. A constant one is all 0.
 *
 * Harris et al., "FMix: Enhancing Mixed Sample Data Augmentation", arXiv 2002.12047.
 *
 * @returns [height, width]
 * @throws {RangeError} for another number of noise values, an unknown spectrum, sizes that are no whole numbers ≥ 1
 */
export function lowFrequencyImage(choice: LowFrequencyChoice): Float64Array {
  const { height, width, decay = 3, spectrum = 'paper' } = choice;
  checkWhole('fmix', 'height', height);
  checkWhole('fmix', 'width', width);
  if (!Number.isFinite(decay)) throw new RangeError(`fmix: decay must be finite, got ${decay}`);
  if (spectrum !== 'paper' && spectrum !== 'reference') throw new RangeError(`fmix: spectrum must be 'paper' or 'reference', got '${String(spectrum)}'`);
  const bins = halfSpectrum(choice);
  const half = bins.length / (2 * height);
  // of a real image, bins that the half spectrum leaves out add what their mirror images do
  const full = new Float64Array(2 * height * width);
  for (let i = 0; i < bins.length; i++) {
    const column = (i >> 1) % half;
    const twice = column > 0 && 2 * column !== width;
    full[2 * (Math.floor(i / (2 * half)) * width + column) + (i % 2)] = twice ? 2 * bins[i]! : bins[i]!;
  }
  const image = dft2(full, height, width, 'inverse').filter((_, i) => i % 2 === 0);
  const least = image.reduce((a, b) => Math.min(a, b));
  const span = image.reduce((a, b) => Math.max(a, b)) - least;
  return image.map((value) => (span === 0 ? 0 : (value - least) / span));
}
