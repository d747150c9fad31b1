import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/** How windows lie along one axis. */
export interface WindowAxis {
  readonly size: number;
  readonly windows: number;
  /** Elements of a window, and how far they are apart. */
  readonly filter: number;
  readonly dilation: number;
  readonly stride: number;
  /** Elements of padding before the first. */
  readonly before: number;
}

type PlaneInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>;
type VolumeInfo = ReturnType<typeof tf.backend_util.computePool3DInfo>;

/** How TensorFlow.js lays the windows of a convolution, a pooling or a dilation: over height and width, of volumes over depth, height and width. */
export function windowAxes(info: PlaneInfo | VolumeInfo): WindowAxis[] {
  const { padInfo } = info;
  const plane: WindowAxis[] = [
    { size: info.inHeight, windows: info.outHeight, filter: info.filterHeight, dilation: info.dilationHeight, stride: info.strideHeight, before: padInfo.top },
    { size: info.inWidth, windows: info.outWidth, filter: info.filterWidth, dilation: info.dilationWidth, stride: info.strideWidth, before: padInfo.left },
  ];
  if (!('inDepth' in info)) return plane;
  return [{ size: info.inDepth, windows: info.outDepth, filter: info.filterDepth, dilation: info.dilationDepth, stride: info.strideDepth, before: info.padInfo.front }, ...plane];
}

/** All combinations of offsets in a window, the last axis fastest. */
export function offsetsOf(axes: readonly WindowAxis[]): number[][] {
  return axes.reduce((offsets: number[][], { filter }) => offsets.flatMap((offset) => Array.from({ length: filter }, (_, i) => [...offset, i])), [[]]);
}

/** What an image lacks for all of its windows, [batch, ...axes, channels]. */
export function paddingsOf(axes: readonly WindowAxis[]): [number, number][] {
  const spans = axes.map(({ windows, filter, dilation, stride }) => (windows - 1) * stride + (filter - 1) * dilation + 1);
  return [[0, 0], ...axes.map(({ size, before }, i): [number, number] => [before, Math.max(0, spans[i]! - size - before)]), [0, 0]];
}

/**
 * For each offset in a window the element that each window has there.
 *
 * @param x [batch, ...axes, channels]
 * @returns [batch, ...windows, channels] for each of `offsetsOf(axes)`
 */
export function windowsOf(x: tf.Tensor, axes: readonly WindowAxis[], padding: number): tf.Tensor[] {
  const paddings = paddingsOf(axes);
  const padded = paddings.every(([before, after]) => before + after === 0) ? x : tf.pad(x, paddings, padding);
  const strides = [1, ...axes.map(({ stride }) => stride), 1];
  return offsetsOf(axes).map((offset) => {
    const begin = [0, ...axes.map(({ dilation }, i) => offset[i]! * dilation), 0];
    const end = [x.shape[0], ...axes.map(({ windows, stride }, i) => begin[i + 1]! + (windows - 1) * stride + 1), x.shape.at(-1)!];
    return tf.stridedSlice(padded, begin, end, strides);
  });
}

/** The largest of tensors, elementwise, as the one that it is: of equals the first. Which one that is counts as a constant. */
export function largestOf(candidates: readonly tf.Tensor[], values: readonly tf.Tensor[]): tf.Tensor {
  const winners = tf.argMax(tf.stack(candidates.map(detach)), 0);
  return tf.addN(values.map((value, i) => tf.mul(value, tf.cast(tf.equal(winners, tf.scalar(i, 'int32')), 'float32'))));
}
