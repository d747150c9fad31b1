import type * as tf from '@tensorflow/tfjs-core';
import { pulledBack } from './pulled-back.ts';
import { rule, type Rule } from './rule.ts';

/**
 * A rule for a kernel that other kernels could compute: its gradient is that of the composition, which runs only backward.
 *
 * @param compute (operands, attributes) → what the kernel gives, as a function of the operands made of kernels that have rules
 */
export function composed<const Name extends string>(
  names: readonly Name[], compute: (operands: Readonly<Record<Name, tf.Tensor>>, attrs: never) => tf.Tensor,
): Rule {
  return rule(names, (dy, operands, attrs) => Object.fromEntries(names.map((name) => [name, () => pulledBack((x) => compute({ ...operands, [name]: x }, attrs), operands[name], dy)])));
}
