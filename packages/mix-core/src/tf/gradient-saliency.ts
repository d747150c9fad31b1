import * as tf from '@tensorflow/tfjs-core';

/**
 * How much each pixel matters: √(mean over channels of g²) of the gradient of a loss by the images.
 *
 * @param gradient [rows, height, width, channels]
 * @returns [rows, height, width] ≥ 0
 */
export function gradientMap(gradient: tf.Tensor): tf.Tensor3D {
  if (gradient.rank !== 4) throw new RangeError(`gradientMap: gradient must have shape [rows, height, width, channels], got [${gradient.shape.join(', ')}]`);
  return tf.tidy(() => tf.sqrt(tf.mean<tf.Tensor3D>(tf.square(gradient), -1)));
}

/**
 * A function that gives the saliency of images under a loss, the size of its gradient. Compile it once (`compile` of `@mixwell/autodiff`), with parameters among the arguments:
 *
 *     const saliencyOf = compile(gradientSaliency((x, params, buffers, y) => softCrossEntropy(model.run({ params, buffers }, x).y, y)));
 *     const maps = saliencyOf(x, params, buffers, y);
 *     const plan = policy(rng, { ...batch, saliency: hostTensor('float32', maps.shape, await maps.data()) });
 *
 * The network is to be in evaluation mode, and the loss that of the images unmixed. Where a step has the gradient already, `gradientMap` makes the map from it. TensorFlow.js must
 * know the gradients of its kernels, as it does where `@mixwell/autodiff` or `@tensorflow/tfjs` is imported.
 *
 * @param loss (images, …args) → scalar
 * @returns (images [rows, height, width, channels], …args) → [rows, height, width] ≥ 0
 */
export function gradientSaliency<Args extends unknown[]>(loss: (images: tf.Tensor4D, ...args: Args) => tf.Tensor): (images: tf.Tensor4D, ...args: Args) => tf.Tensor3D {
  return (images, ...args) => tf.tidy(() => gradientMap(tf.grad((x) => loss(x as tf.Tensor4D, ...args))(images)));
}
