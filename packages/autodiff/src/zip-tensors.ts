import type * as tf from '@tensorflow/tfjs-core';
import { mapTensors } from './tree.ts';

const shapeOf = (x: tf.Tensor | undefined): string => (x ? `[${x.shape.join(', ')}]` : 'nothing');

/**
 * Combines the tensors of two trees by path: the order of keys does not matter. The result is a tree like the first.
 *
 * @throws {RangeError} where the other tree lacks a tensor, has one more, or one of another shape
 */
export function zipTensors<T>(caller: string, what: string, tree: T, other: unknown, combine: (x: tf.Tensor, y: tf.Tensor) => unknown): T {
  const at = (path: string): string => (path === '' ? what : `${what}: ${path}`);
  const left = new Map<string, tf.Tensor>();
  mapTensors(other, (y, path) => { left.set(path, y); });
  const combined = mapTensors(tree, (x, path) => {
    const y = left.get(path);
    left.delete(path);
    if (!y || y.shape.join() !== x.shape.join()) throw new RangeError(`${caller}: ${at(path)} must have shape ${shapeOf(x)}, got ${shapeOf(y)}`);
    return combine(x, y);
  });
  for (const [path, y] of left) throw new RangeError(`${caller}: ${at(path)} must have no tensor, got one of shape ${shapeOf(y)}`);
  return combined as T;
}
