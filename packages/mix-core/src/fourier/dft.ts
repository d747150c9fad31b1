import FFT from 'fft.js';

/** Complex numbers one after the other, [re, im, re, im, …]. */
export type Complex = Float64Array;

/** Discrete Fourier transform, X_k = Σₙ xₙ exp(−2πi·kn/size), into a new array. */
type Transform = (x: Complex) => Complex;

function powerOfTwo(size: number): Transform {
  const fft = new FFT(size);
  return (x) => {
    const out = new Float64Array(2 * size);
    fft.transform(out, x);
    return out;
  };
}

/** out[i] = a[i] · b[i] over the length of a. */
function multiply(a: Complex, b: Complex): Complex {
  const out = new Float64Array(a.length);
  for (let i = 0; i < a.length; i += 2) {
    out[i] = a[i]! * b[i]! - a[i + 1]! * b[i + 1]!;
    out[i + 1] = a[i]! * b[i + 1]! + a[i + 1]! * b[i]!;
  }
  return out;
}

const conjugate = (x: Complex, scale = 1): Complex => x.map((value, i) => (i % 2 === 0 ? value : -value) * scale);

/** Bluestein's algorithm: with kn = (k² + n² − (k − n)²)/2 a transform of any size is a convolution with a chirp, which transforms of a power of two compute. */
function anySize(size: number): Transform {
  const long = 2 ** Math.ceil(Math.log2(2 * size - 1));
  const chirp = Float64Array.from({ length: 2 * size }, (_, i) => {
    const angle = (Math.PI * ((i >> 1) ** 2 % (2 * size))) / size;
    return i % 2 === 0 ? Math.cos(angle) : -Math.sin(angle);
  });
  const kernel = new Float64Array(2 * long);
  for (let n = 0; n < size; n++) {
    for (const at of [n, (long - n) % long]) kernel.set([chirp[2 * n]!, -chirp[2 * n + 1]!], 2 * at);
  }
  const transform = powerOfTwo(long);
  const spectrum = transform(kernel);
  return (x) => {
    const padded = new Float64Array(2 * long);
    padded.set(multiply(x, chirp));
    const convolved = conjugate(transform(conjugate(multiply(transform(padded), spectrum))), 1 / long);
    return multiply(chirp, convolved);
  };
}

function transformOf(size: number): Transform {
  if (size === 1) return (x) => x.slice();
  return Number.isInteger(Math.log2(size)) ? powerOfTwo(size) : anySize(size);
}

/**
 * Two-dimensional discrete Fourier transform of any size, X[k, l] = Σ x[r, c] exp(−2πi·(kr/height + lc/width)), or its inverse, which divides by height · width.
 *
 * @param x [height, width] complex numbers
 * @returns [height, width] complex numbers, a new array
 */
export function dft2(x: Complex, height: number, width: number, direction: 'forward' | 'inverse' = 'forward'): Complex {
  if (direction === 'inverse') return conjugate(dft2(conjugate(x), height, width), 1 / (height * width));
  const out = new Float64Array(2 * height * width);
  const [alongRow, alongColumn] = [transformOf(width), transformOf(height)];
  for (let row = 0; row < height; row++) out.set(alongRow(x.subarray(2 * row * width, 2 * (row + 1) * width)), 2 * row * width);
  const column = new Float64Array(2 * height);
  for (let at = 0; at < 2 * width; at += 2) {
    for (let row = 0; row < height; row++) {
      column[2 * row] = out[2 * row * width + at]!;
      column[2 * row + 1] = out[2 * row * width + at + 1]!;
    }
    const transformed = alongColumn(column);
    for (let row = 0; row < height; row++) {
      out[2 * row * width + at] = transformed[2 * row]!;
      out[2 * row * width + at + 1] = transformed[2 * row + 1]!;
    }
  }
  return out;
}
