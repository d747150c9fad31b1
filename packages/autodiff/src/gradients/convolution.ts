import * as tf from '@tensorflow/tfjs-core';
import { dilate, everyNth } from './dilate.ts';
import { type GradientTable, rule } from './rule.ts';
import { runKernel } from './run-kernel.ts';

/** Attributes of a convolution and of its gradients. */
interface Window {
  readonly strides: number[] | number;
  readonly pad: 'valid' | 'same' | number | [number, number][];
  readonly dataFormat?: 'NHWC' | 'NCHW' | 'NDHWC';
  readonly dilations?: number[] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Both gradients of a convolution are convolutions: `d<loss>/dx` of (dy, filter) and `d<loss>/dfilter` of (x, dy). */
interface Convolution {
  readonly forward: string;
  readonly byInput: string;
  readonly byFilter: string;
  readonly dataFormat: 'NHWC' | 'NDHWC';
}

const plain: Convolution = { forward: 'Conv2D', byInput: 'Conv2DBackpropInput', byFilter: 'Conv2DBackpropFilter', dataFormat: 'NHWC' };
const depthwise: Convolution = {
  forward: 'DepthwiseConv2dNative', byInput: 'DepthwiseConv2dNativeBackpropInput', byFilter: 'DepthwiseConv2dNativeBackpropFilter', dataFormat: 'NHWC',
};
const spatial: Convolution = { forward: 'Conv3D', byInput: 'Conv3DBackpropInputV2', byFilter: 'Conv3DBackpropFilterV2', dataFormat: 'NDHWC' };

/** A number for each axis of the window; the last two axes of a filter are channels. */
const stepsOf = (axes: number, { dilations = 1 }: Window): number[] => (typeof dilations === 'number' ? Array.from({ length: axes }, () => dilations) : dilations);

/** The same convolution without dilations, for a filter that has zeros in between: kernels of gradients know no dilations. */
const undilated = (attrs: Window): Window => ({ ...attrs, dilations: Array.isArray(attrs.dilations) ? attrs.dilations.map(() => 1) : 1 });
const spreadFilter = (filter: tf.Tensor, steps: readonly number[]): tf.Tensor => steps.reduce((spread, step, axis) => dilate(spread, axis, step), filter);

function gradientByInput(c: Convolution, dy: tf.Tensor, filter: tf.Tensor, inputShape: number[], attrs: Window): tf.Tensor {
  const dense = spreadFilter(filter, stepsOf(filter.rank - 2, attrs));
  return runKernel(c.byInput, { dy, filter: dense }, { ...undilated(attrs), inputShape });
}

function gradientByFilter(c: Convolution, x: tf.Tensor, dy: tf.Tensor, filterShape: number[], attrs: Window): tf.Tensor {
  const steps = stepsOf(filterShape.length - 2, attrs);
  const dense = filterShape.map((size, axis) => (size - 1) * (steps[axis] ?? 1) + 1);
  return everyNth(runKernel(c.byFilter, { x, dy }, { ...undilated(attrs), filterShape: dense }), [...steps, 1, 1]);
}

function gradientsOf(c: Convolution): GradientTable {
  const forward = (x: tf.Tensor, filter: tf.Tensor, attrs: Window): tf.Tensor => runKernel(c.forward, { x, filter }, { dataFormat: c.dataFormat, ...undilated(attrs) });
  return {
    [c.forward]: rule(['x', 'filter'], (dy, { x, filter }, attrs: Window) => ({
      x: () => gradientByInput(c, dy, filter, x.shape, attrs),
      filter: () => gradientByFilter(c, x, dy, filter.shape, attrs),
    })),
    [c.byInput]: rule(['dy', 'filter'], (ddx, { dy, filter }, attrs: Window) => ({
      dy: () => forward(ddx, filter, attrs),
      filter: () => gradientByFilter(c, ddx, dy, filter.shape, undilated(attrs)),
    })),
    [c.byFilter]: rule(['x', 'dy'], (ddfilter, { x, dy }, attrs: Window) => ({
      x: () => gradientByInput(c, dy, ddfilter, x.shape, undilated(attrs)),
      dy: () => forward(x, ddfilter, attrs),
    })),
  };
}

/** Convolutions and the two kernels that are their gradients: each is bilinear, and its gradients are the other two. */
export const convolutionGradients: GradientTable = { ...gradientsOf(plain), ...gradientsOf(depthwise), ...gradientsOf(spatial) };
