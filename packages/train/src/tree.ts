import * as tf from '@tensorflow/tfjs-core';

// A tree is a tensor, or a record of trees: train states, parts of them, state dicts.

/** The same tree with other leaves. Paths are the keys, joined by dots. */
export function mapLeaves<T extends object>(tree: T, change: (tensor: tf.Tensor, path: string) => tf.Tensor, path = ''): T {
  if (tree instanceof tf.Tensor) return change(tree, path) as object as T;
  const copy = Object.create(null) as Record<string, object>;
  for (const [key, value] of Object.entries(tree as Readonly<Record<string, object>>)) copy[key] = mapLeaves(value, change, path === '' ? key : `${path}.${key}`);
  return copy as T;
}

/** Its tensors with their paths, in order. */
export function leavesOf(tree: object, prefix = ''): [path: string, tensor: tf.Tensor][] {
  const leaves: [string, tf.Tensor][] = [];
  mapLeaves(tree, (tensor, path) => {
    leaves.push([path, tensor]);
    return tensor;
  }, prefix);
  return leaves;
}

/** Disposes all tensors of a tree. */
export function disposeTree(tree: object | null): void {
  tf.dispose(tree as tf.TensorContainer);
}
