import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { composed } from './composed.ts';
import { mask } from './mask.ts';
import type { GradientTable } from './rule.ts';

interface CropAttributes {
  readonly method: 'bilinear' | 'nearest';
  readonly extrapolationValue: number;
  readonly cropSize: [number, number];
}

type Operands = Readonly<Record<'image' | 'boxes' | 'boxInd', tf.Tensor>>;

/** What a crop takes along one axis of the image, for each box. */
interface Samples {
  /** How much of each old row is in each new one, [boxes, new, old]. */
  readonly shares: tf.Tensor;
  /** 1 where a new row lies in the image, [boxes, new]. */
  readonly inside: tf.Tensor;
}

/** Rows between two edges of each box, [boxes, 1] in units of the image; they move with the edges. */
function samples(from: tf.Tensor, to: tf.Tensor, size: number, count: number, method: CropAttributes['method']): Samples {
  const parts = tf.tensor2d(Array.from({ length: count }, (_, i) => (count > 1 ? i / (count - 1) : 0.5)), [1, count]);
  const at = tf.mul(tf.add(from, tf.mul(parts, tf.sub(to, from))), size - 1);
  const still = detach(at);
  const rows = tf.reshape(tf.range(0, size), [1, 1, size]);
  const distance = tf.sub(tf.expandDims(at, 2), rows);
  const shares = method === 'bilinear' ? tf.relu(tf.sub(1, tf.abs(distance))) : mask(tf.equal(tf.floor(tf.add(tf.expandDims(still, 2), 0.5)), rows));
  return { shares, inside: mask(tf.logicalAnd(tf.greaterEqual(still, 0), tf.lessEqual(still, size - 1))) };
}

/** Multiplies rows and columns of each box's image by a matrix each. */
function cropped({ image, boxes, boxInd }: Operands, { method, extrapolationValue, cropSize }: CropAttributes): tf.Tensor {
  const [, height, width, channels] = image.shape as [number, number, number, number];
  const [count, [newHeight, newWidth]] = [boxes.shape[0], cropSize];
  const [top, left, bottom, right] = tf.split(boxes, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const rows = samples(top, bottom, height, newHeight, method);
  const columns = samples(left, right, width, newWidth, method);
  const images = tf.reshape(tf.gather(image, boxInd), [count, height, width * channels]);
  const withRows = tf.transpose(tf.reshape(tf.matMul(rows.shares, images), [count, newHeight, width, channels]), [0, 2, 1, 3]);
  const crops = tf.matMul(columns.shares, tf.reshape(withRows, [count, width, newHeight * channels]));
  const pixels = tf.transpose(tf.reshape(crops, [count, newWidth, newHeight, channels]), [0, 2, 1, 3]);
  const inside = tf.mul(tf.reshape(rows.inside, [count, newHeight, 1, 1]), tf.reshape(columns.inside, [count, 1, newWidth, 1]));
  return tf.add(tf.mul(pixels, inside), tf.mul(tf.sub(1, inside), extrapolationValue));
}

/** Crops of boxes of NHWC images; bilinear ones have gradients by the boxes too. */
export const cropAndResizeGradients: GradientTable = { CropAndResize: composed(['image', 'boxes', 'boxInd'], cropped) };
