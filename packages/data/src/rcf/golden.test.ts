import { hostTensor } from '@mixwell/tensor';
import { runGolden } from '@mixwell/testing';
import { colourByRatio, redRatio, rotateBytes } from '../index.ts';

const imagesOf = ({ shape, data }: { shape: readonly number[]; data: ArrayLike<number> }): Uint8Array[] => {
  const [n, height, width] = shape as [number, number, number];
  return Array.from({ length: n }, (_, i) => Uint8Array.from({ length: height * width }, (_, at) => data[i * height * width + at]!));
};

runGolden('c-mixup', import.meta.url, {
  rcf_rotate({ inputs: { gray, degrees } }) {
    const [, height, width] = gray.shape as [number, number, number];
    const rotated = imagesOf(gray).map((image, i) => Array.from(rotateBytes(image, height, width, degrees.data[i])));
    return { rotated: hostTensor('int32', gray.shape, Int32Array.from(rotated.flat())) };
  },
  rcf_color({ inputs: { gray, angle, majority, red: given }, params }) {
    const { spurious, inverse } = params as { spurious: boolean; inverse: boolean };
    if (!spurious && !given) return {}; // drawn
    const red = spurious ? Float32Array.from(angle.data as Float32Array, (turns, i) => redRatio(turns, Boolean(majority.data[i]), inverse)) : given.data as Float32Array;
    const rgb = imagesOf(gray).map((image, i) => Array.from(colourByRatio(image, red[i]!)));
    return { red, rgb: hostTensor('float32', [...gray.shape, 3], Float32Array.from(rgb.flat())) };
  },
});
