import * as tf from '@tensorflow/tfjs-core';
import { composed } from './composed.ts';
import type { GradientTable } from './rule.ts';
import { largestOf, offsetsOf, type WindowAxis, windowAxes, windowsOf } from './windows.ts';

interface DilationAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dilations: [number, number] | number;
}

function axesOf(x: tf.Tensor, filter: tf.Tensor, { strides, pad, dilations }: DilationAttributes): WindowAxis[] {
  return windowAxes(tf.backend_util.computeDilation2DInfo(x.shape as [number, number, number, number], filter.shape as [number, number, number], strides, pad, 'NHWC', dilations));
}

/** The largest sum of pixel and filter in each window. */
function dilated({ x, filter }: { x: tf.Tensor; filter: tf.Tensor }, attrs: DilationAttributes): tf.Tensor {
  const axes = axesOf(x, filter, attrs);
  const channels = filter.shape.at(-1)!;
  const terms = offsetsOf(axes).map((offset) => tf.reshape(tf.slice(filter, [...offset, 0], [1, 1, channels]), [channels]));
  const sums = (padding: number): tf.Tensor[] => windowsOf(x, axes, padding).map((pixels, i) => tf.add(pixels, terms[i]!));
  return largestOf(sums(-Infinity), sums(0));
}

/** Grayscale dilation of NHWC images (morphology). */
export const dilationGradients: GradientTable = { Dilation2D: composed(['x', 'filter'], dilated) };
