import * as tf from '@tensorflow/tfjs-core';
import { isStatic, mapTree } from './tree.ts';

/** So many different values of one static argument are taken for a mistake. */
const CHANGES = 3;

/** Warns when the same number, string or boolean keeps changing: each change traces the function anew. */
export function watchStatics(name: string): (args: readonly unknown[]) => void {
  const seen = new Map<string, Set<unknown>>();
  return (args) => {
    mapTree(args, '', (leaf, path) => {
      if (!isStatic(leaf)) return leaf;
      const values = seen.get(path) ?? new Set();
      seen.set(path, values.add(leaf));
      if (values.size === CHANGES) {
        tf.backend_util.warn(`onnxruntime: ${name}: argument ${path} (now ${String(leaf)}) keeps changing, and each change compiles the function anew; pass it as a tensor`);
      }
      return leaf;
    });
  };
}
