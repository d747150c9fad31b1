import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, rule } from './rule.ts';

interface ResizeAttributes {
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

/** How much of each old row is in each new one: [new, old]. */
type Weights = (size: number, newSize: number, attrs: ResizeAttributes) => tf.Tensor2D;

/** Old rows per new row, by TensorFlow.js's rules. */
function ratio(size: number, newSize: number, { alignCorners }: ResizeAttributes): number {
  const aligned = alignCorners && newSize > 1 ? 1 : 0;
  return (size - aligned) / (newSize - aligned);
}

function weights(size: number, newSize: number, shares: (row: number) => readonly (readonly [old: number, share: number])[]): tf.Tensor2D {
  const rows = Array.from({ length: newSize }, (_, row) => {
    const line = Array.from({ length: size }, () => 0);
    for (const [old, share] of shares(row)) line[old]! += share;
    return line;
  });
  return tf.tensor2d(rows.flat(), [newSize, size]);
}

const bilinear: Weights = (size, newSize, attrs) => weights(size, newSize, (row) => {
  const at = attrs.halfPixelCenters ? ratio(size, newSize, attrs) * (row + 0.5) - 0.5 : ratio(size, newSize, attrs) * row;
  const above = Math.max(0, Math.floor(at));
  return [[above, 1 - (at - above)], [Math.min(size - 1, Math.ceil(at)), at - above]];
});

const nearest: Weights = (size, newSize, attrs) => weights(size, newSize, (row) => {
  const at = ratio(size, newSize, attrs) * (attrs.halfPixelCenters ? row + 0.5 : row);
  return [[Math.max(0, Math.min(size - 1, attrs.alignCorners ? Math.round(at) : Math.floor(at))), 1]];
});

/** Resizing multiplies rows and columns by a matrix each; its gradient multiplies by their transposes. */
function unresize(dy: tf.Tensor, images: tf.Tensor, weightsOf: Weights, attrs: ResizeAttributes): tf.Tensor {
  const [n, height, width, c] = images.shape as [number, number, number, number];
  const [, newHeight, newWidth] = dy.shape as [number, number, number, number];
  const spread = (matrix: tf.Tensor2D, x: tf.Tensor, shape: number[]): tf.Tensor => tf.matMul(tf.expandDims(matrix), tf.reshape(x, shape), true);
  const rows = spread(weightsOf(height, newHeight, attrs), dy, [n, newHeight, newWidth * c]);
  return tf.reshape(spread(weightsOf(width, newWidth, attrs), rows, [n * height, newWidth, c]), images.shape);
}

/** Resizing of NHWC images. */
export const imageGradients: GradientTable = {
  ResizeBilinear: rule(['images'], (dy, { images }, attrs: ResizeAttributes) => ({ images: () => unresize(dy, images, bilinear, attrs) })),
  ResizeNearestNeighbor: rule(['images'], (dy, { images }, attrs: ResizeAttributes) => ({ images: () => unresize(dy, images, nearest, attrs) })),
};
