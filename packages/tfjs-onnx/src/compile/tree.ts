import * as tf from '@tensorflow/tfjs-core';
import { type DrawSource, isDrawSource } from './tracing.ts';

/** A leaf of a tree of arguments or results. */
export type Leaf = tf.Tensor | DrawSource | number | string | boolean | null | undefined;

/** Replaces the leaves of a tree of arrays and plain objects. */
export function mapTree(tree: unknown, path: string, leaf: (value: Leaf, path: string) => unknown): unknown {
  if (isLeaf(tree)) return leaf(tree, path);
  if (Array.isArray(tree)) return tree.map((item, i) => mapTree(item, join(path, String(i)), leaf));
  if (isRecord(tree)) {
    const copy = Object.create(Object.getPrototypeOf(tree) as object | null) as Record<string, unknown>;
    for (const key of Object.keys(tree)) copy[key] = mapTree(tree[key], join(path, key), leaf);
    return copy;
  }
  throw new TypeError(`compile: ${path}: expected a tensor, number, string, boolean, null, Rng, or an array or record of them, got ${describe(tree)}`);
}

/** Calls `visit` for each leaf, in the order of `mapTree`, without making paths; `open` and `close` mark the structure. */
export function walkTree(tree: unknown, visit: (value: Leaf) => void, mark: (text: string) => void): void {
  if (isLeaf(tree)) {
    visit(tree);
  } else if (Array.isArray(tree)) {
    mark('[');
    for (const item of tree) walkTree(item, visit, mark);
    mark(']');
  } else if (isRecord(tree)) {
    mark('{');
    for (const key of Object.keys(tree)) {
      mark(JSON.stringify(key));
      walkTree(tree[key], visit, mark);
    }
    mark('}');
  } else {
    mapTree(tree, 'argument', (leaf) => leaf);
  }
}

export function isStatic(x: unknown): x is number | string | boolean | null | undefined {
  return x === null || x === undefined || typeof x === 'number' || typeof x === 'string' || typeof x === 'boolean';
}

function isLeaf(x: unknown): x is Leaf {
  return isStatic(x) || x instanceof tf.Tensor || isDrawSource(x);
}

function isRecord(x: unknown): x is Record<string, unknown> {
  if (typeof x !== 'object' || x === null) return false;
  const prototype = Object.getPrototypeOf(x) as object | null;
  return prototype === null || prototype === Object.prototype;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function describe(x: unknown): string {
  if (typeof x === 'object' && x !== null) return x instanceof Promise ? 'a promise' : `a ${x.constructor?.name ?? 'value'}`;
  return typeof x === 'bigint' ? 'a bigint' : `a ${typeof x}`;
}
