import * as tf from '@tensorflow/tfjs-core';
import { convolvedByWindows } from './convolution-by-windows.ts';
import { dilate, everyNth } from './dilate.ts';
import { hasKernel, takesPadding } from './has-kernel.ts';
import { pulledBack } from './pulled-back.ts';
import { type GradientTable, rule } from './rule.ts';
import { runKernel } from './run-kernel.ts';
import { zeros } from './zeros.ts';

/** Attributes of a convolution and of its gradients. */
export interface Window {
  readonly strides: number[] | number;
  readonly pad: 'valid' | 'same' | number | [number, number][];
  readonly dataFormat?: 'NHWC' | 'NCHW' | 'NDHWC';
  readonly dilations?: number[] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Both gradients of a convolution are convolutions: `d<loss>/dx` of (dy, filter) and `d<loss>/dfilter` of (x, dy). */
export interface Convolution {
  readonly forward: string;
  readonly byInput: string;
  readonly byFilter: string;
  readonly dataFormat: 'NHWC' | 'NDHWC';
  /** Each channel has filters of its own. */
  readonly depthwise?: boolean;
}

const plain: Convolution = { forward: 'Conv2D', byInput: 'Conv2DBackpropInput', byFilter: 'Conv2DBackpropFilter', dataFormat: 'NHWC' };
const depthwise: Convolution = {
  forward: 'DepthwiseConv2dNative', byInput: 'DepthwiseConv2dNativeBackpropInput', byFilter: 'DepthwiseConv2dNativeBackpropFilter', dataFormat: 'NHWC', depthwise: true,
};
const spatial: Convolution = { forward: 'Conv3D', byInput: 'Conv3DBackpropInputV2', byFilter: 'Conv3DBackpropFilterV2', dataFormat: 'NDHWC' };

/** A number for each axis of the window; the last two axes of a filter are channels. */
const stepsOf = (axes: number, { dilations = 1 }: Window): number[] => (typeof dilations === 'number' ? Array.from({ length: axes }, () => dilations) : dilations);

/** The same convolution without dilations, for a filter that has zeros in between: kernels of gradients know no dilations. */
const undilated = (attrs: Window): Window => ({ ...attrs, dilations: Array.isArray(attrs.dilations) ? attrs.dilations.map(() => 1) : 1 });
const spreadFilter = (filter: tf.Tensor, steps: readonly number[]): tf.Tensor => steps.reduce((spread, step, axis) => dilate(spread, axis, step), filter);

/** Padding of each axis, where it is given and the back end's kernels for gradients do not take it. One number for all sides such a back end does not take forward either. */
const padsBeforehand = ({ pad }: Window): [number, number][] | null => (Array.isArray(pad) && !takesPadding() ? pad : null);

function gradientByInput(c: Convolution, dy: tf.Tensor, filter: tf.Tensor, inputShape: number[], attrs: Window): tf.Tensor {
  const dense = spreadFilter(filter, stepsOf(filter.rank - 2, attrs));
  if (!hasKernel(c.byInput)) return pulledBack((x) => convolvedByWindows(c, x, dense, undilated(attrs)), zeros(inputShape), dy);
  const pads = padsBeforehand(attrs);
  if (!pads) return runKernel(c.byInput, { dy, filter: dense }, { ...undilated(attrs), inputShape });
  const padded = inputShape.map((size, axis) => size + pads[axis]![0] + pads[axis]![1]);
  return tf.slice(runKernel(c.byInput, { dy, filter: dense }, { ...undilated(attrs), pad: 'valid', inputShape: padded }), pads.map(([before]) => before), inputShape);
}

function denseGradientByFilter(c: Convolution, x: tf.Tensor, dy: tf.Tensor, filterShape: number[], attrs: Window): tf.Tensor {
  if (!hasKernel(c.byFilter)) return pulledBack((filter) => convolvedByWindows(c, x, filter, attrs), zeros(filterShape), dy);
  const pads = padsBeforehand(attrs);
  return pads ? runKernel(c.byFilter, { x: tf.pad(x, pads), dy }, { ...attrs, pad: 'valid', filterShape }) : runKernel(c.byFilter, { x, dy }, { ...attrs, filterShape });
}

function gradientByFilter(c: Convolution, x: tf.Tensor, dy: tf.Tensor, filterShape: number[], attrs: Window): tf.Tensor {
  const steps = stepsOf(filterShape.length - 2, attrs);
  const dense = filterShape.map((size, axis) => (size - 1) * (steps[axis] ?? 1) + 1);
  return everyNth(denseGradientByFilter(c, x, dy, dense, undilated(attrs)), [...steps, 1, 1]);
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
