import * as tf from '@tensorflow/tfjs-core';

/** Arrays and plain records, nested at will, with tensors (or anything else) at their ends. */
export type Tree = unknown;

/** The same tree with each tensor in it replaced; all else is kept. */
export function mapTensors(tree: Tree, change: (tensor: tf.Tensor) => unknown): unknown {
  if (tree instanceof tf.Tensor) return change(tree);
  if (Array.isArray(tree)) return tree.map((item) => mapTensors(item, change));
  if (!isRecord(tree)) return tree;
  const copy = Object.create(Object.getPrototypeOf(tree) as object | null) as Record<string, unknown>;
  for (const key of Object.keys(tree)) copy[key] = mapTensors(tree[key], change);
  return copy;
}

/** All tensors of a tree, in order. */
export function tensorsOf(tree: Tree): tf.Tensor[] {
  const found: tf.Tensor[] = [];
  mapTensors(tree, (tensor) => found.push(tensor));
  return found;
}

function isRecord(x: unknown): x is Record<string, unknown> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype = Object.getPrototypeOf(x) as object | null;
  return prototype === null || prototype === Object.prototype;
}
