import * as tf from '@tensorflow/tfjs-core';
import { checkShare } from '../check.ts';
import { checkTensor, shapeText } from '../check-tensors.ts';
import type { LoweredPairs } from './lower-pairs.ts';

/** One λ in [0, 1] for all mixtures, a scalar, or one for each: [anchors, places] or [anchors · places]. */
export type MixLambda = number | tf.Tensor;

/** [1, 1] or [anchors, places]. @throws {RangeError} for a number outside [0, 1], or another shape */
export function placed(caller: string, lambda: MixLambda, { first }: LoweredPairs): tf.Tensor {
  if (typeof lambda === 'number') {
    checkShare(caller, 'lambda', lambda);
    return tf.tensor2d([[lambda]]);
  }
  checkTensor(caller, 'lambda', lambda);
  if (lambda.size === 1) return tf.reshape(lambda, [1, 1]);
  if (lambda.shape.join() !== first.shape.join() && lambda.shape.join() !== `${first.size}`) throw new RangeError(`${caller}: lambda must have shape [], ${shapeText(first.shape)} or [${first.size}], got ${shapeText(lambda.shape)}`);
  return tf.reshape(lambda, first.shape);
}

/** [1, 1] or [anchors, places]: how positive the mixtures are, λ y₁ + (1 − λ) y₂. Exactly λ where y₁ = 1 and y₂ = 0. */
export function mixedLabels(caller: string, pairs: LoweredPairs, lambda: MixLambda): tf.Tensor {
  const share = placed(caller, lambda, pairs);
  const [first, second] = [tf.slice(pairs.relation, [0], [1]), tf.slice(pairs.relation, [1], [1])];
  return tf.add(tf.mul(share, first), tf.mul(tf.sub(1, share), second));
}
