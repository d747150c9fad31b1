import * as tf from '@tensorflow/tfjs-core';
import { type Attributes, type GradientTable, gradient, kernel, zerosFor } from './gradient.ts';

type Shape4 = [number, number, number, number];

interface PoolAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Geometry = ReturnType<typeof geometry>;

function geometry(shape: readonly number[], { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): ReturnType<typeof tf.backend_util.computePool2DInfo> {
  return tf.backend_util.computePool2DInfo(shape as Shape4, filterSize, strides, 1, pad, dimRoundingMode);
}

/** How many pixels of the image the window of each output covers, along one axis. */
function covered(size: number, out: number, kernelSize: number, stride: number, before: number): number[] {
  return Array.from({ length: out }, (_, i) => Math.min(size, i * stride - before + kernelSize) - Math.max(0, i * stride - before));
}

/** Share of each window that lies in the image, [1, outHeight, outWidth, 1]; null: all of it everywhere. */
function coverage({ inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo }: Geometry): tf.Tensor | null {
  const rows = covered(inHeight, outHeight, filterHeight, strideHeight, padInfo.top);
  const columns = covered(inWidth, outWidth, filterWidth, strideWidth, padInfo.left);
  if (rows.every((count) => count === filterHeight) && columns.every((count) => count === filterWidth)) return null;
  return tf.tensor(rows.flatMap((row) => columns.map((column) => (row * column) / (filterHeight * filterWidth))), [1, outHeight, outWidth, 1]);
}

const averagePool = (x: tf.Tensor, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes): tf.Tensor =>
  tf.avgPool(x as tf.Tensor4D, filterSize, strides, pad, dimRoundingMode);

/** The elements of x that a maximum pooling of `like` would choose. Among equals it is the first, row by row. */
function chooseLikeMaxPool(x: tf.Tensor, like: tf.Tensor, attributes: PoolAttributes): tf.Tensor {
  const { filterHeight, filterWidth, strideHeight, strideWidth, outHeight, outWidth, padInfo: { top, bottom, left, right } } = geometry(like.shape, attributes);
  const paddings: [number, number][] = [[0, 0], [top, Math.max(0, bottom)], [left, Math.max(0, right)], [0, 0]];
  const [values, shown] = [tf.pad(like, paddings, Number.NEGATIVE_INFINITY), tf.pad(x, paddings)];
  const maximum = tf.maxPool(like as tf.Tensor4D, attributes.filterSize, attributes.strides, attributes.pad, attributes.dimRoundingMode);
  const [n, , , channels] = like.shape as Shape4;
  const at = (whole: tf.Tensor, row: number, column: number): tf.Tensor => tf.stridedSlice(
    whole,
    [0, row, column, 0],
    [n, row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1, channels],
    [1, strideHeight, strideWidth, 1],
  );
  let chosen = tf.zerosLike(maximum) as tf.Tensor;
  let open = tf.onesLike(maximum) as tf.Tensor;
  for (let row = 0; row < filterHeight; row++) {
    for (let column = 0; column < filterWidth; column++) {
      const hit = tf.mul(open, tf.cast(tf.equal(at(values, row, column), maximum), 'float32'));
      chosen = tf.add(chosen, tf.mul(hit, at(shown, row, column)));
      open = tf.sub(open, hit);
    }
  }
  return chosen;
}

/** Pooling of images, and the kernels of its gradients. */
export const poolingGradients: GradientTable = {
  AvgPool: gradient<PoolAttributes>(['x'], (dy, { x }, attributes) => ({
    x: () => {
      // the mean is over pixels of the image; TensorFlow.js's kernel divides by the size of the window, also at the border
      const share = coverage(geometry(x!.shape, attributes));
      return kernel('AvgPoolGrad', { dy: share ? tf.div(dy, share) : dy, input: x! }, attributes as unknown as Attributes);
    },
  })),
  AvgPoolGrad: gradient<PoolAttributes>(['dy', 'input'], (dx, { input }, attributes) => ({
    dy: () => {
      const share = coverage(geometry(input!.shape, attributes));
      const mean = averagePool(dx, attributes);
      return share ? tf.mul(mean, share) : mean;
    },
    input: () => zerosFor(input!),
  })),
  MaxPool: gradient<PoolAttributes>(['x'], (dy, { x }, attributes) => ({
    x: () => kernel('MaxPoolGrad', { dy, input: x!, output: tf.maxPool(x as tf.Tensor4D, attributes.filterSize, attributes.strides, attributes.pad, attributes.dimRoundingMode) }, attributes as unknown as Attributes),
  })),
  MaxPoolGrad: gradient<PoolAttributes>(['dy', 'input', 'output'], (dx, { input, output }, attributes) => ({
    dy: () => chooseLikeMaxPool(dx, input!, attributes),
    input: () => zerosFor(input!),
    output: () => zerosFor(output!),
  })),
};
