import * as tf from '@tensorflow/tfjs-core';

/** The same elements as a constant: no gradient of any order flows through it. Nothing is computed forward, and nothing at all backward. */
export function detach<T extends tf.Tensor>(x: T): T {
  const { kernelFunc } = tf.getKernel('Identity', tf.getBackend());
  const info = kernelFunc({ inputs: { x }, backend: tf.backend() }) as tf.TensorInfo;
  return tf.engine().makeTensorFromTensorInfo(info) as T;
}
