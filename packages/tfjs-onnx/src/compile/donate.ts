import * as tf from '@tensorflow/tfjs-core';
import { mapTree, walkTree } from './tree.ts';

/**
 * Checks that the arguments are there, and consumes the donated ones once the result is there. A donated tensor that is
 * returned comes back as a clone, so that its use as an argument throws in any case.
 */
export function donateArguments(name: string, donate: readonly number[], args: readonly unknown[]): (result: unknown) => unknown {
  for (const position of donate) {
    if (!(position in args)) throw new RangeError(`compile: ${name}: donate must be positions of the ${args.length} arguments, got ${position}`);
  }
  const donated = new Set<tf.Tensor>();
  args.forEach((arg, i) => {
    const consumed = donate.includes(i);
    walkTree(arg, (leaf) => {
      if (!(leaf instanceof tf.Tensor)) return;
      if (leaf.isDisposed) throw new Error(`onnxruntime: ${name}: argument ${pathOf(args, leaf)} is disposed (was it donated to an earlier call?)`);
      if (consumed) donated.add(leaf);
    }, () => {});
  });
  return (result) => {
    if (donated.size === 0) return result;
    const kept = mapTree(result, '', (leaf) => (leaf instanceof tf.Tensor && donated.has(leaf) ? tf.clone(leaf) : leaf));
    for (const tensor of donated) consume(name, tensor);
    return kept;
  };
}

/** Disposes a tensor, and says where it went to whoever uses it later: TensorFlow.js would fail on its missing data. */
function consume(name: string, tensor: tf.Tensor): void {
  const { dtype, shape } = tensor;
  tensor.dispose();
  const refuse = (): never => {
    throw new Error(`onnxruntime: this tensor, ${dtype}[${shape.join()}], was donated to ${name}, which disposed it; use what that returned, or tf.clone the tensor before the call`);
  };
  Object.defineProperties(tensor, { dataId: { get: refuse, enumerable: false }, throwIfDisposed: { value: refuse } });
}

function pathOf(args: readonly unknown[], tensor: tf.Tensor): string {
  let found = '';
  mapTree(args, '', (leaf, path) => {
    if (leaf === tensor) found = path;
    return leaf;
  });
  return found;
}
