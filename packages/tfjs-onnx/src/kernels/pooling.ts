import { backend_util, util } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';
import { BLOCKED_DOMAIN } from '../lower/builder.ts';
import { float, type Form, inForm, type Lowering, reduce, reshape, slice } from '../lower/lowering.ts';
import { type Geometry, geometryOf, hasEmptyWindows, isGlobal, isIdentity, leavesWindowsOut, tiles, windowAttributes } from './geometry.ts';
import { inFloat32, kernel, type KernelTable } from './kernel.ts';

type Shape4 = [number, number, number, number];

interface PoolingAttributes {
  readonly filterSize: [number, number] | number;
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

function geometry(x: Value, attrs: PoolingAttributes): Geometry {
  return geometryOf(backend_util.computePool2DInfo(x.shape as Shape4, attrs.filterSize, attrs.strides, 1, attrs.pad, attrs.dimRoundingMode));
}

/** What ONNX's pooling operators refuse, or would give another size for. */
const isIrregular = (g: Geometry): boolean => hasEmptyWindows(g) || leavesWindowsOut(g);
const pooled = (g: Geometry): readonly number[] => [g.batch, g.outHeight, g.outWidth, g.channels];
const image = (g: Geometry): readonly number[] => [g.batch, g.height, g.width, g.channels];

/** The mean over the window, counting only pixels of the image. */
function averagePool(to: Lowering, x: Value, g: Geometry): Form {
  if (isGlobal(g)) return inForm(to, x, (name, place) => reduce(to, 'ReduceMean', name, [place(1), place(2)], true));
  const attrs = { ...windowAttributes(g), count_include_pad: 0 };
  if (to.hasBlocked(x)) return { blocked: to.onnx.op('AveragePool', [to.blocked(x)], attrs, BLOCKED_DOMAIN) };
  return { channelsFirst: to.onnx.op('AveragePool', [to.channelsFirst(x)], attrs) };
}

/** Every pixel gets dy/(kh·kw) of each window it lies in, as in TensorFlow.js (also where a window reaches into the padding). */
function averagePoolGradient(to: Lowering, dy: Value, g: Geometry): Form {
  const share = float(to, 1 / (g.kernel[0] * g.kernel[1]));
  if (isGlobal(g)) return to.onnx.op('Expand', [to.onnx.op('Mul', [to.plain(dy), share]), to.onnx.ints(image(g))]);
  if (tiles(g) && to.hasBlocked(dy)) {
    return { blocked: to.onnx.op('Upsample', [to.onnx.op('Mul', [to.blocked(dy), share])], { scales: [1, 1, ...g.kernel], mode: 'nearest' }, BLOCKED_DOMAIN) };
  }
  const scaled = to.onnx.op('Mul', [to.channelsFirst(dy), share]);
  if (tiles(g)) {
    const scales = to.onnx.constant('float32', [1, 1, ...g.kernel], [4]);
    return { channelsFirst: to.onnx.op('Resize', [scaled, '', scales], { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }) };
  }
  const planes = reshape(to, scaled, [g.batch * g.channels, 1, g.outHeight, g.outWidth]);
  const ones = to.onnx.constant('float32', Array.from({ length: g.kernel[0] * g.kernel[1] }, () => 1), [1, 1, ...g.kernel]);
  return { channelsFirst: reshape(to, spread(to, planes, ones, g), [g.batch, g.channels, g.height, g.width]) };
}

/** Adds each output pixel to its window of the image; planes are [P, 1, OH, OW]. */
function spread(to: Lowering, planes: string, ones: string, g: Geometry): string {
  const full = to.onnx.op('ConvTranspose', [planes, ones], { kernel_shape: g.kernel, strides: g.strides });
  const reach = [(g.outHeight - 1) * g.strides[0] + g.kernel[0], (g.outWidth - 1) * g.strides[1] + g.kernel[1]] as const;
  const after = [Math.max(0, g.top + g.height - reach[0]), Math.max(0, g.left + g.width - reach[1])];
  const padded = after.some((size) => size > 0) ? to.onnx.op('Pad', [full, to.onnx.ints([0, 0, 0, 0, 0, 0, ...after])]) : full;
  return slice(to, padded, { begin: [g.top, g.left], end: [g.top + g.height, g.left + g.width], axes: [2, 3] });
}

/** The maximum, and where it was: an index into the flattened NCHW image. */
function maxPool(to: Lowering, x: Value, g: Geometry): readonly [maximum: string, indices: string] {
  return maxOf(to, to.channelsFirst(x), g);
}

function maxOf(to: Lowering, image: string, g: Geometry): readonly [maximum: string, indices: string] {
  return to.onnx.ops(2, 'MaxPool', [image], windowAttributes(g)) as readonly [string, string];
}

function maxPoolGradient(to: Lowering, dy: Value, x: Value, g: Geometry): Form {
  const [, indices] = maxPool(to, x, g);
  const shape = [g.batch, g.channels, g.height, g.width];
  if (tiles(g)) {
    return { channelsFirst: to.onnx.op('MaxUnpool', [to.channelsFirst(dy), indices, to.onnx.ints(shape)], { kernel_shape: g.kernel, strides: g.strides }) };
  }
  const zeros = to.onnx.op('Expand', [float(to, 0), to.onnx.ints([shape.reduce((a, b) => a * b, 1)])]);
  const flat = to.onnx.ints([-1]);
  const scattered = to.onnx.op('ScatterElements', [zeros, to.onnx.op('Reshape', [indices, flat]), to.onnx.op('Reshape', [to.channelsFirst(dy), flat])], { axis: 0, reduction: 'add' });
  return { channelsFirst: reshape(to, scattered, shape) };
}

/** Index into the flattened NHWC image, per image or over the batch, from one into the flattened NCHW batch. */
function channelsLastIndex(to: Lowering, index: string, g: Geometry, overBatch: boolean): string {
  const op = (name: string, a: string, b: number): string => to.onnx.op(name, [a, to.onnx.tensor('int64', BigInt64Array.of(BigInt(b)), [])]);
  const pixels = g.height * g.width;
  const pixel = op('Mod', index, pixels);
  const plane = op('Div', index, pixels);
  const channel = op('Mod', plane, g.channels);
  const inImage = to.onnx.op('Add', [op('Mul', pixel, g.channels), channel]);
  const flat = overBatch ? to.onnx.op('Add', [inImage, op('Mul', op('Div', plane, g.channels), pixels * g.channels)]) : inImage;
  return to.onnx.op('Cast', [flat], { to: 6 });
}

const poolings: KernelTable = {
  AvgPool: kernel<PoolingAttributes, Geometry>(
    ({ inputs: { x }, attrs }) => {
      const g = geometry(x!, attrs);
      if (isIdentity(g)) return x!;
      if (isIrregular(g)) return null;
      return { inputs: [x!], attrs: g, outputs: [{ shape: pooled(g), dtype: 'float32' }] };
    },
    ({ inputs: [x], attrs }, to) => averagePool(to, x!, attrs),
  ),
  AvgPoolGrad: kernel<PoolingAttributes, Geometry>(
    ({ inputs: { dy, input }, attrs }) => {
      const g = geometry(input!, attrs);
      if (leavesWindowsOut(g)) return null;
      return { inputs: [dy!], attrs: g, outputs: [{ shape: image(g), dtype: 'float32' }] };
    },
    ({ inputs: [dy], attrs }, to) => averagePoolGradient(to, dy!, attrs),
  ),
  MaxPool: kernel<PoolingAttributes, Geometry>(
    ({ inputs: { x }, attrs }) => {
      const g = geometry(x!, attrs);
      if (isIdentity(g)) return x!;
      if (isIrregular(g)) return null;
      return { inputs: [x!], attrs: g, outputs: [{ shape: pooled(g), dtype: 'float32' }] };
    },
    ({ inputs: [x], attrs }, to) => ({ channelsFirst: maxPool(to, x!, attrs)[0] }),
  ),
  MaxPoolGrad: kernel<PoolingAttributes, Geometry>(
    ({ inputs: { dy, input }, attrs }) => {
      const g = geometry(input!, attrs);
      if (isIrregular(g)) return null;
      return { inputs: [dy!, input!], attrs: g, outputs: [{ shape: image(g), dtype: 'float32' }] };
    },
    ({ inputs: [dy, x], attrs }, to) => maxPoolGradient(to, dy!, x!, attrs),
  ),
};

export const poolingKernels: KernelTable = {
  ...inFloat32(poolings, ['AvgPool', 'MaxPool']),
  MaxPoolWithArgmax: kernel<PoolingAttributes & { includeBatchInIndex: boolean }, { geometry: Geometry; overBatch: boolean }>(
    ({ inputs: { x }, attrs }) => {
      util.assert(x!.shape.length === 4, () => `maxPoolWithArgmax: x must be of rank 4, got [${x!.shape.join()}]`);
      const g = geometry(x!, attrs);
      if (isIrregular(g) || x!.dtype !== 'float32') return null;
      return { inputs: [x!], attrs: { geometry: g, overBatch: attrs.includeBatchInIndex }, outputs: [{ shape: pooled(g), dtype: 'float32' }, { shape: pooled(g), dtype: 'int32' }] };
    },
    ({ inputs: [x], attrs }, to) => {
      // Where it also gives indices, ONNX Runtime takes NaN for a maximum.
      const image = to.channelsFirst(x!);
      const numbers = to.onnx.op('Where', [to.onnx.op('IsNaN', [image]), float(to, Number.NEGATIVE_INFINITY), image]);
      const [maximum, indices] = maxOf(to, numbers, attrs.geometry);
      return [{ channelsFirst: maximum }, { channelsFirst: channelsLastIndex(to, indices, attrs.geometry, attrs.overBatch) }];
    },
  ),
};
