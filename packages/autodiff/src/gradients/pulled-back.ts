import * as tf from '@tensorflow/tfjs-core';
import { dropTape, ofItsOwnTape } from '../tape.ts';
import { zeros } from './zeros.ts';

/** The gradient of a function at x times dy. What else the function reads counts as constant here, and in derivatives of the result as what it is. */
export function pulledBack(compute: (x: tf.Tensor) => tf.Tensor, at: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  // its own variable: what came before on the tape must not count as a function of it
  const x = tf.clone(at);
  return ofItsOwnTape(() => {
    try {
      const [gradient] = tf.engine().gradients(() => compute(x), [x], dy, true).grads;
      return gradient ?? zeros(x.shape);
    } catch (error) {
      dropTape();
      throw error;
    }
  });
}
