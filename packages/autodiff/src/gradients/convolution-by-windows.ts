import * as tf from '@tensorflow/tfjs-core';
import type { Convolution, Window } from './convolution.ts';
import { type WindowAxis, windowAxes, windowsOf } from './windows.ts';

type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];
type Pad2D = Parameters<typeof tf.backend_util.computeConv2DInfo>[4];

function axesOf(shape: number[], filterShape: number[], { strides, pad, dimRoundingMode }: Window): WindowAxis[] {
  return windowAxes(shape.length === 5
    ? tf.backend_util.computeConv3DInfo(shape as Shape5D, filterShape as Shape5D, strides as [number, number, number] | number, 1, pad as 'same', false, 'channelsLast', dimRoundingMode)
    : tf.backend_util.computeConv2DInfo(shape as Shape4D, filterShape as Shape4D, strides as [number, number] | number, 1, pad as Pad2D, dimRoundingMode));
}

/**
 * A convolution without dilations as the sum over the offsets in a window of what each adds: for back ends that have no kernel for its gradients.
 *
 * @param x [batch, ...axes, inputs]
 * @param filter [...window, inputs, outputs], or [...window, inputs, multiplier] of a depthwise one
 */
export function convolvedByWindows({ depthwise }: Convolution, x: tf.Tensor, filter: tf.Tensor, attrs: Window): tf.Tensor {
  const [inputs, outputs] = filter.shape.slice(-2) as [number, number];
  const pieces = windowsOf(x, axesOf(x.shape, filter.shape, attrs), 0);
  const weights = tf.unstack(tf.reshape(filter, [pieces.length, inputs, outputs]));
  const windows = pieces[0]!.shape.slice(0, -1);
  const terms = pieces.map((piece, i) => (depthwise
    ? tf.mul(tf.reshape(piece, [-1, inputs, 1]), weights[i]!)
    : tf.matMul(tf.reshape<tf.Rank.R2>(piece, [-1, inputs]), weights[i] as tf.Tensor2D)));
  return tf.reshape(tf.addN(terms), [...windows, depthwise ? inputs * outputs : outputs]);
}
