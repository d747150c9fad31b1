import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, multiRule, rule } from './rule.ts';
import { runKernel, runMultiKernel } from './run-kernel.ts';
import { windowShare } from './window-share.ts';
import { zeros } from './zeros.ts';

interface Pooling {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/**
 * A mean leaves out pixels of the padding; the kernel of its gradient divides by the whole window. This is pixels / window, [1, height, width, 1], or null where
 * no window reaches into the padding.
 */
function share(x: tf.Tensor, { filterSize, strides, pad, dimRoundingMode }: Pooling): tf.Tensor | null {
  const info = tf.backend_util.computePool2DInfo(x.shape as [number, number, number, number], filterSize, strides, 1, pad, dimRoundingMode);
  return windowShare([
    { size: info.inHeight, windows: info.outHeight, filter: info.filterHeight, dilation: 1, stride: info.strideHeight, before: info.padInfo.top },
    { size: info.inWidth, windows: info.outWidth, filter: info.filterWidth, dilation: 1, stride: info.strideWidth, before: info.padInfo.left },
  ]);
}

function averageGradient(dy: tf.Tensor, x: tf.Tensor, attrs: Pooling): tf.Tensor {
  const shares = share(x, attrs);
  return runKernel('AvgPoolGrad', { dy: shares ? tf.div(dy, shares) : dy, input: x }, attrs);
}

function maxGradient(dy: tf.Tensor, x: tf.Tensor, attrs: Pooling): tf.Tensor {
  return runKernel('MaxPoolGrad', { dy, input: x, output: runKernel('MaxPool', { x }, attrs) }, attrs);
}

/** Reads `values`, shaped as x, where the maxima of x are. */
function atMaxima(values: tf.Tensor, x: tf.Tensor, attrs: Pooling): tf.Tensor {
  const [, places] = runMultiKernel('MaxPoolWithArgmax', { x }, { ...attrs, includeBatchInIndex: true }) as [tf.Tensor, tf.Tensor];
  return tf.gather(tf.reshape(values, [values.size]), places);
}

/** Pooling over windows of NHWC images. The positions of maxima do not move when the image does a little. */
export const poolingGradients: GradientTable = {
  AvgPool: rule(['x'], (dy, { x }, attrs: Pooling) => ({ x: () => averageGradient(dy, x, attrs) })),
  AvgPoolGrad: rule(['input'], (ddx, { input }, attrs: Pooling) => ({
    dy: () => {
      const shares = share(input, attrs);
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
