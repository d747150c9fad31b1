import * as tf from '@tensorflow/tfjs-core';

/** What is at the end of a branch: a tensor, a generator of random numbers, or anything else that is neither an array nor a plain record. */
export type LeafFunction = (leaf: unknown, path: string) => unknown;

/** Replaces the leaves of a tree of arrays and records (plain, or without prototype). Paths read `0.weights.2`. */
export function mapTree(tree: unknown, leaf: LeafFunction, path = ''): unknown {
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (Array.isArray(tree)) return tree.map((item, i) => mapTree(item, leaf, below(String(i))));
  if (!isRecord(tree)) return leaf(tree, path);
  const copy = Object.create(Object.getPrototypeOf(tree) as object | null) as Record<string, unknown>;
  for (const key of Object.keys(tree)) copy[key] = mapTree(tree[key], leaf, below(key));
  return copy;
}

/** Replaces the tensors of a tree; other leaves stay. */
export function mapTensors(tree: unknown, replace: (tensor: tf.Tensor, path: string) => unknown): unknown {
  return mapTree(tree, (leaf, path) => (leaf instanceof tf.Tensor ? replace(leaf, path) : leaf));
}

/** The tensors of a tree, in order. */
export function tensorsOf(tree: unknown): tf.Tensor[] {
  const tensors: tf.Tensor[] = [];
  mapTensors(tree, (tensor) => { tensors.push(tensor); });
  return tensors;
}

/** Whether a value is an `Rng`, by structure. */
export function isRng(x: unknown): boolean {
  const { next, split, state } = (x ?? {}) as Partial<Record<'next' | 'split' | 'state', unknown>>;
  return [next, split, state].every((method) => typeof method === 'function');
}

function isRecord(x: unknown): x is Record<string, unknown> {
  if (typeof x !== 'object' || x === null || isRng(x)) return false;
  const prototype = Object.getPrototypeOf(x) as object | null;
  return prototype === null || prototype === Object.prototype;
}
