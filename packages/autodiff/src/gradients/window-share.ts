import * as tf from '@tensorflow/tfjs-core';
import type { WindowAxis } from './windows.ts';

/** How much of each window along an axis lies in the image, not in the padding. */
function inside({ size, windows, filter, stride, before }: WindowAxis): number[] {
  return Array.from({ length: windows }, (_, i) => (Math.min(size, i * stride - before + filter) - Math.max(0, i * stride - before)) / filter);
}

/** The part of each window that lies in the image, [1, ...windows, 1], or null where no window reaches into the padding. */
export function windowShare(axes: readonly WindowAxis[]): tf.Tensor | null {
  const shares = axes.map(inside).reduce((products, axis) => products.flatMap((product) => axis.map((share) => product * share)), [1]);
  return shares.every((share) => share === 1) ? null : tf.tensor(shares, [1, ...axes.map(({ windows }) => windows), 1]);
}
