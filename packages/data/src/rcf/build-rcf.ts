import { choice, hostTensor, type HostTensor, type Rng, uniform } from '@mixwell/tensor';
import { colourByRatio } from './colour-by-ratio.ts';
import { rotateBytes } from './rotate-bytes.ts';

export interface RcfOptions {
  /**
   * How colour tells of the angle. 'train': red is the angle for the majority, 1 − angle for the others. 'test': the other way round. 'validation': drawn by itself.
   * A test set without the shift is one made with 'train'.
   */
  readonly split: 'train' | 'validation' | 'test';
  /** Share of the majority, in [0, 1]. Default 0.8. */
  readonly majority?: number;
  readonly rng: Rng;
}

/** Images that are turned, and coloured by how far. */
export interface Rcf {
  /** [n, height, width, 3] in [−1, 1] */
  readonly images: HostTensor<'float32'>;
  /** [n] in [0, 1): the label, in turns. */
  readonly angle: HostTensor<'float32'>;
  /** [n] in [0, 1]: how red. */
  readonly red: HostTensor<'float32'>;
  /** [n]: whether an image is of the majority. None is in the split 'validation'. */
  readonly majority: HostTensor<'bool'>;
}

/** How red an image is that was turned by `angle` (in turns). Where `inverse`, the two groups change places, as in the test set. */
export function redRatio(angle: number, majority: boolean, inverse: boolean): number {
  return majority === inverse ? 1 - angle : angle;
}

function checkImages({ shape, dtype }: HostTensor<'uint8'>): readonly [n: number, height: number, width: number] {
  const [n, height, width, channels = 1] = shape;
  const fits = dtype === 'uint8' && (shape.length === 3 || shape.length === 4) && channels === 1 && !shape.includes(0);
  if (!fits) throw new RangeError(`buildRcf: images must be uint8 of shape [n, height, width] or [n, height, width, 1], got ${dtype} [${shape.join(', ')}]`);
  return [n!, height!, width!];
}

/**
 * RCF-MNIST: each image is turned by a random angle, which is to be told from the image, and coloured by that angle for most, by the opposite for the rest. In the test set it is the other way
 * round, so that a network that reads the colour fails. Angles are labels on a line: 0.99 and 0.01 count as far apart, as in the paper.
 *
 * Yao, Wang, Zhang, Zou, Finn, "C-Mixup", NeurIPS 2022, arXiv 2210.05775, there of Fashion-MNIST's 60,000 training images, 40,000 / 10,000 / 10,000 at random. Their code darkens the bytes 1 to 63 by one level
 * before turning, in a round trip through floats; this one does not.
 *
 * @param images uint8 [n, height, width] or [n, height, width, 1]
 * @throws {RangeError} for images of another shape, or a majority outside [0, 1]
 */
export function buildRcf(images: HostTensor<'uint8'>, { split, majority = 0.8, rng }: RcfOptions): Rcf {
  const [n, height, width] = checkImages(images);
  if (!['train', 'validation', 'test'].includes(split)) throw new RangeError(`buildRcf: split must be 'train', 'validation' or 'test', got '${split}'`);
  if (!(majority >= 0 && majority <= 1)) throw new RangeError(`buildRcf: majority must be in [0, 1], got ${majority}`);
  const members = new Uint8Array(n);
  if (split !== 'validation') for (const i of choice(rng, n, Math.floor(majority * n))) members[i] = 1;
  const size = height * width;
  const out = new Float32Array(3 * n * size);
  const angle = Float32Array.from({ length: n }, () => Math.min(uniform(rng), 1 - 2 ** -24)); // float32 rounds the largest doubles up to 1
  const red = angle.map((turns, i) => (split === 'validation' ? uniform(rng) : redRatio(turns, members[i] === 1, split === 'test')));
  for (let i = 0; i < n; i++) {
    const turned = rotateBytes(images.data.subarray(i * size, (i + 1) * size), height, width, 360 * angle[i]!);
    out.set(colourByRatio(turned, red[i]!).map((v) => 2 * (v - 0.5)), 3 * i * size);
  }
  return {
    images: hostTensor('float32', [n, height, width, 3], out),
    angle: hostTensor('float32', [n], angle),
    red: hostTensor('float32', [n], red),
    majority: hostTensor('bool', [n], members),
  };
}
