import * as tf from '@tensorflow/tfjs-core';
import { dropTape, ofItsOwnTape } from '../tape.ts';
import { rule, type Rule } from './rule.ts';
import { zeros } from './zeros.ts';

/**
 * A rule for a kernel that other kernels could compute: its gradient is that of the composition, which runs only backward.
 *
 * @param compute (operands, attributes) → what the kernel gives, as a function of the operands made of kernels that have rules
 */
export function composed<const Name extends string>(
  names: readonly Name[], compute: (operands: Readonly<Record<Name, tf.Tensor>>, attrs: never) => tf.Tensor,
): Rule {
  return rule(names, (dy, operands, attrs) => Object.fromEntries(names.map((name) => [name, () => {
    // its own variable: what came before on the tape must not count as a function of it
    const x = tf.clone(operands[name]);
    return pulledBack(() => compute({ ...operands, [name]: x }, attrs), x, dy);
  }])));
}

function pulledBack(compute: () => tf.Tensor, x: tf.Tensor, dy: tf.Tensor): tf.Tensor {
  return ofItsOwnTape(() => {
    try {
      const [gradient] = tf.engine().gradients(compute, [x], dy, true).grads;
      return gradient ?? zeros(x.shape);
    } catch (error) {
      dropTape();
      throw error;
    }
  });
}
