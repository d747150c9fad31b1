import * as tf from '@tensorflow/tfjs-core';
import { tensorsOf } from './tree.ts';

/** The sum of the products of all elements of two trees of the same shape. */
export function innerProduct(caller: string, argument: string, tree: unknown, against: unknown): tf.Scalar {
  const xs = tensorsOf(tree);
  const ys = tensorsOf(against);
  if (xs.length !== ys.length) throw new RangeError(`${caller}: ${argument} must hold ${xs.length} tensors, got ${ys.length}`);
  const products = xs.map((x, i) => {
    const y = ys[i]!;
    if (x.shape.join() !== y.shape.join()) throw new RangeError(`${caller}: tensor ${i} of ${argument} must have shape [${x.shape.join(', ')}], got [${y.shape.join(', ')}]`);
    return tf.sum<tf.Scalar>(tf.mul(x, y));
  });
  return products.length === 0 ? tf.scalar(0) : tf.addN(products);
}
