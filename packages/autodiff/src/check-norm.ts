import type * as tf from '@tensorflow/tfjs-core';

/** Images must be [batch, height, width, channels], gamma and beta [channels]. */
export function checkNorm(name: string, x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): void {
  if (x.rank !== 4) throw new RangeError(`${name}: x must be [batch, height, width, channels], got shape [${x.shape.join(', ')}]`);
  const channels = x.shape[3]!;
  for (const [argument, { shape }] of Object.entries({ gamma, beta })) {
    if (shape.length !== 1 || shape[0] !== channels) throw new RangeError(`${name}: ${argument} must be [${channels}], as x has ${channels} channels, got shape [${shape.join(', ')}]`);
  }
}
