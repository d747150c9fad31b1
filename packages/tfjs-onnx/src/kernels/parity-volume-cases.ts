import * as tf from '@tensorflow/tfjs-core';
import { type Case, f, i } from './parity-operands.ts';

type Triple = [number, number, number];

const windows: readonly { readonly x: readonly number[]; readonly window: Triple; readonly strides: Triple; readonly pad: 'same' | 'valid'; readonly note?: string }[] = [
  { x: [2, 3, 5, 4, 3], window: [2, 3, 3], strides: [1, 1, 1], pad: 'same' },
  { x: [1, 4, 6, 5, 2], window: [2, 2, 2], strides: [2, 2, 2], pad: 'valid' },
  { x: [2, 4, 5, 6, 2], window: [1, 2, 2], strides: [1, 3, 2], pad: 'same' },
  { x: [1, 2, 4, 6, 2], window: [1, 1, 1], strides: [1, 2, 3], pad: 'same', note: 'windows that begin behind the border' },
];

/** Windows are square where a case is about maxima: TensorFlow.js finds others' places by the wrong side. */
export const volumeCases: readonly Case[] = windows.flatMap(({ x, window, strides, pad, note }) => {
  const filter = [...window, x[4]!, 3];
  const attrs = { strides, pad, dataFormat: 'NDHWC', dilations: 1 };
  const pooling = { filterSize: window, strides, pad, dataFormat: 'NDHWC' };
  const dy = f(tf.backend_util.computeConv3DInfo(x as never, filter as never, strides, 1, pad).outShape);
  const pooled = f(tf.backend_util.computePool3DInfo(x as never, window, strides, 1, pad).outShape);
  const made: Case[] = [
    { kernel: 'Conv3D', inputs: { x: f(x), filter: f(filter) }, attrs, tolerance: 1e-4 },
    { kernel: 'Conv3DBackpropInputV2', inputs: { dy, filter: f(filter) }, attrs: { ...attrs, inputShape: x }, tolerance: 1e-4 },
    { kernel: 'Conv3DBackpropFilterV2', inputs: { x: f(x), dy }, attrs: { ...attrs, filterShape: filter }, tolerance: 1e-3 },
    { kernel: 'AvgPool3D', inputs: { x: f(x) }, attrs: pooling },
    { kernel: 'AvgPool3DGrad', inputs: { dy: pooled, input: f(x) }, attrs: pooling },
    { kernel: 'MaxPool3D', inputs: { x: f(x) }, attrs: pooling },
    { kernel: 'MaxPool3DGrad', inputs: { dy: pooled, input: f(x), output: pooled }, attrs: pooling },
    ...(note ? [] : [{ kernel: 'Conv3D', inputs: { x: i(x), filter: i(filter) }, attrs }]),
  ];
  return note ? made.map((one) => ({ ...one, note })) : made;
});
