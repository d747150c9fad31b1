import * as tf from '@tensorflow/tfjs-core';
import { zipTensors } from './zip-tensors.ts';

/** The sum of the products of all elements of two trees of the same shape. Tensors of the first that are not float32 do not count: they have no derivative. */
export function innerProduct(caller: string, argument: string, tree: unknown, against: unknown): tf.Scalar {
  const products: tf.Scalar[] = [];
  zipTensors(caller, argument, tree, against, (x, y) => { if (x.dtype === 'float32') products.push(tf.sum<tf.Scalar>(tf.mul(x, y))); });
  return products.length === 0 ? tf.scalar(0) : tf.addN(products);
}
