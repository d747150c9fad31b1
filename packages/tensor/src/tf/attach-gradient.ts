import * as tf from '@tensorflow/tfjs-core';
import { detach } from './detach.ts';

/**
 * A value that was computed in the cheapest way, with the gradient that it has as a function of x. Derivatives of every order are those of `pullback`, whose operations have to have
 * gradients; what is saved for it is the argument x, which second derivatives survive.
 *
 * @param value computed beforehand; it need not depend on x in the graph
 * @param pullback (gradient of the loss by the value, x, constants) → gradient by x
 * @param constants what the pullback needs besides x
 */
export function attachGradient<T extends tf.Tensor>(
  x: tf.Tensor, value: T, pullback: (dy: tf.Tensor, x: tf.Tensor, constants: readonly tf.Tensor[]) => tf.Tensor, constants: readonly tf.Tensor[] = [],
): T {
  const attach = tf.customGrad((operand, save) => {
    (save as tf.GradSaveFunc)([operand as tf.Tensor, ...constants]);
    return { value: detach(value), gradFunc: (dy, [saved, ...rest]) => pullback(dy, saved!, rest) };
  });
  return attach(x) as T;
}
