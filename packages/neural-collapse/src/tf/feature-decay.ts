import type { Features, Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/**
 * (μ / 2) times the mean of ‖h‖² over the batch, to be added to a mean loss: the penalty that the unconstrained features model puts on features. Weight decay does not act on them.
 *
 * @param features `[batch, features]`
 * @param mu ≥ 0
 * @throws {RangeError} for features that are no matrix, mu < 0
 */
export function featureDecay(features: Features, mu: number): Scalar {
  if (features.shape.length !== 2) throw new RangeError(`featureDecay: features must have shape [batch, features], got [${(features as tf.Tensor).shape.join(', ')}]`);
  if (!(mu >= 0 && mu < Infinity)) throw new RangeError(`featureDecay: mu must be >= 0 and finite, got ${mu}`);
  return tf.tidy(() => tf.mul(mu / 2, tf.mean(tf.sum(tf.square(features), -1))));
}
