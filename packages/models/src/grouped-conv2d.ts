import * as tf from '@tensorflow/tfjs-core';
import { border } from './border.ts';

/** Channels that one convolution should have at least. Fewer cost more in their number than they save in arithmetic. */
const BLOCK = 32;

/** How many neighbouring groups of so many channels make one convolution: a divisor of the number of groups. */
function groupsPerBlock(groups: number, channels: number): number {
  let merged = 1;
  while (merged * channels < BLOCK && groups % (merged * 2) === 0) merged *= 2;
  return merged;
}

/** [height, width, in, outputs] of all groups as [height, width, merged · in, outputs] of all blocks, with zeros between the groups of a block. */
function blockDiagonal(kernel: tf.Tensor4D, blocks: number, merged: number): tf.Tensor4D {
  if (merged === 1) return kernel;
  const [height, width, inputs, outputs] = kernel.shape;
  const apart = tf.reshape(kernel, [height * width, 1, inputs * blocks, merged, outputs / (blocks * merged)]);
  const diagonal = tf.reshape(tf.eye(merged), [1, merged, 1, merged, 1]);
  return tf.reshape(tf.mul(apart, diagonal), [height, width, merged * inputs, outputs]);
}

/**
 * A convolution whose channels are in groups that do not see each other. TensorFlow.js has none: here it is one convolution per block of
 * groups, of about 32 channels. Groups narrower than that share a block and pay for the zeros between them.
 *
 * @param x [batch, height, width, channels]
 * @param kernel [height, width, channels / groups, outputs]
 */
export function groupedConv2d(x: tf.Tensor4D, kernel: tf.Tensor4D, groups: number, stride: number, padding: number): tf.Tensor4D {
  const merged = groupsPerBlock(groups, kernel.shape[2]);
  const blocks = groups / merged;
  const whole = blockDiagonal(kernel, blocks, merged);
  if (blocks === 1) return tf.conv2d(x, whole, stride, border(padding));
  const kernels = tf.split<tf.Tensor4D>(whole, blocks, 3);
  return tf.concat(tf.split<tf.Tensor4D>(x, blocks, 3).map((part, i) => tf.conv2d(part, kernels[i]!, stride, border(padding))), 3);
}
