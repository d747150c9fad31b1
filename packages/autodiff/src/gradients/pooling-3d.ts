import * as tf from '@tensorflow/tfjs-core';
import { composed } from './composed.ts';
import type { GradientTable } from './rule.ts';
import { windowShare } from './window-share.ts';
import { largestOf, type WindowAxis, windowAxes, windowsOf } from './windows.ts';

interface Pooling3D {
  readonly filterSize: [number, number, number] | number;
  readonly strides: [number, number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function axesOf(x: tf.Tensor, { filterSize, strides, pad, dimRoundingMode }: Pooling3D): WindowAxis[] {
  return windowAxes(tf.backend_util.computePool3DInfo(x.shape as [number, number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode));
}

/** The mean of the pixels of each window, without the padding. */
function averages({ x }: { x: tf.Tensor }, attrs: Pooling3D): tf.Tensor {
  const axes = axesOf(x, attrs);
  const pixels = windowsOf(x, axes, 0);
  const means = tf.mul(tf.addN(pixels), 1 / pixels.length);
  const shares = windowShare(axes);
  return shares ? tf.div(means, shares) : means;
}

function maxima({ x }: { x: tf.Tensor }, attrs: Pooling3D): tf.Tensor {
  const axes = axesOf(x, attrs);
  return largestOf(windowsOf(x, axes, -Infinity), windowsOf(x, axes, 0));
}

/**
 * Pooling over windows of NDHWC volumes. TensorFlow.js's kernels for the gradients are not used: they take padding for pixels, and mistake maxima in windows
 * that are no cubes.
 */
export const pooling3dGradients: GradientTable = { AvgPool3D: composed(['x'], averages), MaxPool3D: composed(['x'], maxima) };
