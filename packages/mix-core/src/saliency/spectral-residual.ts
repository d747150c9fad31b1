import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { type Complex, dft2 } from '../fourier/dft.ts';
import { upsample } from '../plan/upsample.ts';
import { gaussianBlur } from './blur.ts';
import { readMapSource } from './map-source.ts';

const largest = 128;
const blur = gaussianBlur('spectralResidual');

/** Brightness after ITU-R BT.601 for three channels, the mean for any other number. */
function gray(image: Float32Array, channels: number): Float32Array {
  const parts = channels === 3 ? [0.299, 0.587, 0.114] : Array.from({ length: channels }, () => 1 / channels);
  const out = new Float32Array(image.length / channels);
  for (let pixel = 0; pixel < out.length; pixel++) {
    let sum = 0;
    for (let c = 0; c < channels; c++) sum += parts[c]! * image[pixel * channels + c]!;
    out[pixel] = sum;
  }
  return out;
}

/** Means over 3 × 3, the border repeated. */
function boxFilter(x: Float64Array, height: number, width: number): Float64Array {
  const lines = (from: Float64Array, size: number, stride: number): Float64Array => from.map((value, i) => {
    const at = Math.floor(i / stride) % size;
    return (from[at === 0 ? i : i - stride]! + value + from[at === size - 1 ? i : i + stride]!) / 3;
  });
  return lines(lines(x, width, 1), height, width);
}

function modulus(x: Complex, least = 0): Float64Array {
  const out = new Float64Array(x.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Math.sqrt(x[2 * i]! ** 2 + x[2 * i + 1]! ** 2 + least);
  return out;
}

/** |inverse transform of the spectrum whose log magnitude is what it deviates from its neighbours'|. */
function residual(brightness: Float32Array, height: number, width: number): Float64Array {
  const image = new Float64Array(2 * brightness.length);
  for (let i = 0; i < brightness.length; i++) image[2 * i] = brightness[i]!;
  const spectrum = dft2(image, height, width);
  const magnitude = modulus(spectrum, 1e-10);
  const logs = magnitude.map(Math.log);
  const gain = boxFilter(logs, height, width).map((mean, i) => Math.exp(logs[i]! - mean) / magnitude[i]!);
  return modulus(dft2(spectrum.map((value, i) => value * gain[i >> 1]!), height, width, 'inverse'));
}

function mapOf(brightness: Float32Array, height: number, width: number): Float32Array {
  const scale = Math.min(1, largest / Math.max(height, width));
  const [h, w] = [Math.max(1, Math.round(height * scale)), Math.max(1, Math.round(width * scale))];
  const small = upsample(brightness, [1, height, width, 1], h, w, 'bilinear');
  return upsample(Float32Array.from(blur(residual(small, h, w), h, w)), [1, h, w, 1], height, width, 'bilinear');
}

/**
 * Saliency without a network: what is unusual in the spectrum of the brightness. Images with a side above 128 are made smaller first (bilinearly, keeping their shape), and
 * their maps larger again.
 *
 * Hou, Zhang, "Saliency Detection: A Spectral Residual Approach", CVPR 2007, in the form of GuidedMixup (arXiv 2306.16612): 3 × 3 mean of the log magnitudes with repeated border,
 * modulus (not squared), Gaussian of 7 × 7 with σ = 3.
 *
 * @param images [n, height, width, channels]; three channels count as red, green, blue
 * @returns [n, height, width] ≥ 0
 * @throws {RangeError} for images of another rank, empty, NaN or infinite
 */
export function spectralResidual(images: HostTensor<'float32'>): HostTensor<'float32'> {
  const [n, height, width, channels] = readMapSource('spectralResidual', images);
  const size = height * width;
  const maps = new Float32Array(n * size);
  for (let i = 0; i < n; i++) maps.set(mapOf(gray(images.data.subarray(i * size * channels, (i + 1) * size * channels), channels), height, width), i * size);
  return hostTensor('float32', [n, height, width], maps);
}
