import * as tf from '@tensorflow/tfjs-core';
import { hasKernel } from './has-kernel.ts';
import { pulledBack } from './pulled-back.ts';
import { type GradientTable, multiRule, rule } from './rule.ts';
import { runKernel, runMultiKernel } from './run-kernel.ts';
import { windowShare } from './window-share.ts';
import { largestOf, paddingsOf, type WindowAxis, windowAxes, windowsOf } from './windows.ts';
import { zeros } from './zeros.ts';

interface Pooling {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function axesOf(x: tf.Tensor, { filterSize, strides, pad, dimRoundingMode }: Pooling): WindowAxis[] {
  return windowAxes(tf.backend_util.computePool2DInfo(x.shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode));
}

/**
 * A mean leaves out pixels of the padding. The kernel of its gradient does in tfjs-node, and divides by the whole window elsewhere: where there is padding, it gets
 * an image that has it already.
 */
function averageGradient(dy: tf.Tensor, x: tf.Tensor, attrs: Pooling): tf.Tensor {
  const axes = axesOf(x, attrs);
  const shares = windowShare(axes);
  if (!shares) return runKernel('AvgPoolGrad', { dy, input: x }, attrs);
  const pads = paddingsOf(axes);
  const gradient = runKernel('AvgPoolGrad', { dy: tf.div(dy, shares), input: tf.pad(x, pads) }, { ...attrs, pad: 'valid' });
  return tf.slice(gradient, pads.map(([before]) => before), x.shape);
}

function maxGradient(dy: tf.Tensor, x: tf.Tensor, attrs: Pooling): tf.Tensor {
  if (!hasKernel('MaxPoolGrad')) return pulledBack((image) => valuesAtMaxima(image, image, attrs), x, dy);
  return runKernel('MaxPoolGrad', { dy, input: x, output: runKernel('MaxPool', { x }, attrs) }, attrs);
}

/** `atMaxima` without a kernel for it. */
function valuesAtMaxima(values: tf.Tensor, x: tf.Tensor, attrs: Pooling): tf.Tensor {
  const axes = axesOf(x, attrs);
  return largestOf(windowsOf(x, axes, -Infinity), windowsOf(values, axes, 0));
}

/** Reads `values`, shaped as x, where the maxima of x are. */
function atMaxima(values: tf.Tensor, x: tf.Tensor, attrs: Pooling): tf.Tensor {
  if (!hasKernel('MaxPoolWithArgmax')) return valuesAtMaxima(values, x, attrs);
  const [, places] = runMultiKernel('MaxPoolWithArgmax', { x }, { ...attrs, includeBatchInIndex: true }) as [tf.Tensor, tf.Tensor];
  return tf.gather(tf.reshape(values, [values.size]), places);
}

/** Pooling over windows of NHWC images. The positions of maxima do not move when the image does a little. */
export const poolingGradients: GradientTable = {
  AvgPool: rule(['x'], (dy, { x }, attrs: Pooling) => ({ x: () => averageGradient(dy, x, attrs) })),
  AvgPoolGrad: rule(['input'], (ddx, { input }, attrs: Pooling) => ({
    dy: () => {
      const shares = windowShare(axesOf(input, attrs));
      const means = runKernel('AvgPool', { x: ddx }, attrs);
      return shares ? tf.mul(means, shares) : means;
    },
    input: () => zeros(input.shape),
  })),
  MaxPool: rule(['x'], (dy, { x }, attrs: Pooling) => ({ x: () => maxGradient(dy, x, attrs) })),
  MaxPoolGrad: rule(['input', 'output'], (ddx, { input, output }, attrs: Pooling) => ({
    dy: () => atMaxima(ddx, input, attrs),
    input: () => zeros(input.shape),
    output: () => zeros(output.shape),
  })),
  MaxPoolWithArgmax: multiRule(['x'], ([dy], { x }, attrs: Pooling) => ({ x: () => maxGradient(dy!, x, attrs) })),
};
