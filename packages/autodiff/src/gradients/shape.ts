import * as tf from '@tensorflow/tfjs-core';
import { everyNth } from './dilate.ts';
import { ungather } from './indexing.ts';
import { type GradientTable, listRule, multiRule, rule } from './rule.ts';
import { zeros } from './zeros.ts';

interface AxisAttributes {
  readonly axis: number;
}

interface SliceAttributes {
  readonly begin: number | number[];
  readonly size: number | number[];
}

interface BlockAttributes {
  readonly blockShape: number[];
  readonly paddings: number[][];
  readonly crops: number[][];
}

interface MirrorAttributes {
  readonly paddings: [number, number][];
  readonly mode: 'reflect' | 'symmetric';
}

/** The part of dy that came from each tensor of a concatenation. */
function concatenated(dy: tf.Tensor, parts: readonly tf.Tensor[], axis: number): (() => tf.Tensor)[] {
  let from = 0;
  return parts.map((part) => {
    const begin = dy.shape.map((_, i) => (i === axis ? from : 0));
    from += part.shape[axis]!;
    return () => tf.slice(dy, begin, part.shape);
  });
}

interface DepthAttributes {
  readonly blockSize: number;
  readonly dataFormat: 'NHWC' | 'NCHW';
}

/** Puts the pixels of each block back into channels. */
function toDepth(dy: tf.Tensor, x: tf.Tensor, { blockSize: s, dataFormat }: DepthAttributes): tf.Tensor {
  const [n, ...rest] = x.shape as [number, number, number, number];
  if (dataFormat === 'NCHW') {
    const [c, h, w] = rest;
    return tf.reshape(tf.transpose(tf.reshape(dy, [n, c / s / s, h, s, w, s]), [0, 3, 5, 1, 2, 4]), x.shape);
  }
  const [h, w, c] = rest;
  return tf.reshape(tf.transpose(tf.reshape(dy, [n, h, s, w, s, c / s / s]), [0, 1, 3, 2, 4, 5]), x.shape);
}

/** Sums over repetitions: one reshape and one sum, however many there are. */
function untile(dy: tf.Tensor, shape: readonly number[], reps: readonly number[]): tf.Tensor {
  const apart = shape.flatMap((size, i) => (reps[i] === 1 ? [size] : [reps[i]!, size]));
  const axes = shape.flatMap((_, i) => (reps[i] === 1 ? [] : [i + reps.slice(0, i).filter((count) => count !== 1).length]));
  return axes.length === 0 ? dy : tf.reshape(tf.sum(tf.reshape(dy, apart), axes), [...shape]);
}

/** What a slice left out is zero. */
function unslice(dy: tf.Tensor, x: tf.Tensor, { begin, size }: SliceAttributes): tf.Tensor {
  const [from, length] = tf.slice_util.parseSliceParams(x, begin, size) as [number[], number[]];
  return tf.pad(dy, x.shape.map((full, i): [number, number] => [from[i]!, full - from[i]! - length[i]!]));
}

/** Adds the mirrored elements to those that they mirror, axis by axis. */
function unmirror(dy: tf.Tensor, x: tf.Tensor, { paddings, mode }: MirrorAttributes): tf.Tensor {
  const skip = mode === 'reflect' ? 1 : 0;
  return x.shape.reduce((whole: tf.Tensor, size, axis) => {
    const [before, after] = paddings[axis]!;
    const mirrored = (i: number): number => (i < 0 ? skip - 1 - i : i >= size ? 2 * size - 1 - skip - i : i);
    const sources = tf.tensor1d(Int32Array.from({ length: before + size + after }, (_, i) => mirrored(i - before)), 'int32');
    return before + after === 0 ? whole : ungather(whole, whole.shape.toSpliced(axis, 1, size), sources, { axis });
  }, dy);
}

/** Kernels that move elements about. */
export const shapeGradients: GradientTable = {
  BatchToSpaceND: rule(['x'], (dy, _, { blockShape, crops }: BlockAttributes) => ({ x: () => tf.spaceToBatchND(dy, blockShape, crops) })),
  Cast: rule(['x'], (dy, { x }, { dtype }: { dtype: tf.DataType }) => ({ x: () => (dtype === 'float32' ? dy : zeros(x.shape)) })),
  Concat: listRule((dy, parts, { axis }: AxisAttributes) => concatenated(dy, parts, tf.util.parseAxisParam(axis, dy.shape)[0]!)),
  DepthToSpace: rule(['x'], (dy, { x }, attrs: DepthAttributes) => ({ x: () => toDepth(dy, x, attrs) })),
  Diag: rule(['x'], (dy, { x }) => ({ x: () => tf.reshape(everyNth(tf.reshape(dy, [dy.size]), [x.size + 1]), x.shape) })),
  ExpandDims: rule(['input'], (dy, { input }) => ({ input: () => tf.reshape(dy, input.shape) })),
  Identity: rule(['x'], (dy) => ({ x: () => dy })),
  MirrorPad: rule(['x'], (dy, { x }, attrs: MirrorAttributes) => ({ x: () => unmirror(dy, x, attrs) })),
  Pack: listRule((dy, parts, { axis }: AxisAttributes) => {
    const slices = tf.unstack(dy, axis);
    return parts.map((_, i) => () => tf.clone(slices[i]!));
  }),
  PadV2: rule(['x'], (dy, { x }, { paddings }: { paddings: [number, number][] }) => ({ x: () => tf.slice(dy, paddings.map(([before]) => before), x.shape) })),
  Reshape: rule(['x'], (dy, { x }) => ({ x: () => tf.reshape(dy, x.shape) })),
  Reverse: rule(['x'], (dy, _, { dims }: { dims: number | number[] }) => ({ x: () => tf.reverse(dy, dims) })),
  Slice: rule(['x'], (dy, { x }, attrs: SliceAttributes) => ({ x: () => unslice(dy, x, attrs) })),
  SpaceToBatchND: rule(['x'], (dy, _, { blockShape, paddings }: BlockAttributes) => ({ x: () => tf.batchToSpaceND(dy, blockShape, paddings) })),
  SplitV: multiRule(['x'], (dys, _, { axis }: AxisAttributes) => ({ x: () => tf.concat([...dys], axis) })),
  Tile: rule(['x'], (dy, { x }, { reps }: { reps: number[] }) => ({ x: () => untile(dy, x.shape, reps) })),
  Transpose: rule(['x'], (dy, _, { perm }: { perm: number[] }) => ({ x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm)) })),
  Unpack: multiRule(['value'], (dys, _, { axis }: AxisAttributes) => ({ value: () => tf.stack([...dys], axis) })),
};
