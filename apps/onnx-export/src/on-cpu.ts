// oxlint-disable-next-line import/no-unassigned-import -- it registers itself
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Calls a function while TensorFlow.js's CPU back end is the active one. Tensors that it reads move there; those that it makes are disposed, so its
 * result holds none.
 */
export async function onCpu<T>(run: () => T): Promise<T> {
  const active = tf.engine().backendName as string | undefined;
  await tf.setBackend('cpu');
  let result!: T;
  try {
    tf.tidy(() => {
      result = run();
    });
  } finally {
    if (active !== undefined) await tf.setBackend(active);
  }
  return result;
}
