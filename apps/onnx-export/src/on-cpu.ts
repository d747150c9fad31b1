import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';

/** Calls a function while TensorFlow.js's CPU back end is the active one. Tensors that it reads move there. */
export async function onCpu<T>(run: () => T): Promise<T> {
  const active = tf.engine().backendName as string | undefined;
  await tf.setBackend('cpu');
  try {
    return run();
  } finally {
    if (active !== undefined) await tf.setBackend(active);
  }
}
