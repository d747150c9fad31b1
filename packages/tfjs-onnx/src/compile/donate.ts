import * as tf from '@tensorflow/tfjs-core';
import { mapTree, walkTree } from './tree.ts';

/**
 * Checks that the arguments are there, and consumes the donated ones once the result is there. A donated tensor that is
 * returned comes back as a clone, so that its use as an argument throws in any case.
 */
export function donateArguments(name: string, donate: readonly number[], args: readonly unknown[]): (result: unknown) => unknown {
  const donated = new Set<tf.Tensor>();
  args.forEach((arg, i) => {
    const consumed = donate.includes(i);
    walkTree(arg, (leaf) => {
      if (!(leaf instanceof tf.Tensor)) return;
      if (leaf.isDisposed) throw new Error(`onnxruntime: ${name}: ${pathOf(args, leaf)} is disposed (was it donated to an earlier call?)`);
      if (consumed) donated.add(leaf);
    }, () => {});
  });
  return (result) => {
    if (donated.size === 0) return result;
    const kept = mapTree(result, '', (leaf) => (leaf instanceof tf.Tensor && donated.has(leaf) ? tf.clone(leaf) : leaf));
    for (const tensor of donated) tensor.dispose();
    return kept;
  };
}

function pathOf(args: readonly unknown[], tensor: tf.Tensor): string {
  let found = 'a tensor';
  mapTree(args, '', (leaf, path) => {
    if (leaf === tensor) found = `argument ${path}`;
    return leaf;
  });
  return found;
}
