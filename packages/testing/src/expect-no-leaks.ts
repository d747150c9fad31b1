import * as tf from '@tensorflow/tfjs-core';

export interface LeakOptions {
  /** How often to call. Default 3. */
  readonly times?: number;
  /** Calls before counting begins, for what is made once and kept. Default 1. */
  readonly warmUp?: number;
}

const counts = (): { tensors: number; buffers: number; held: number } => {
  const { numTensors, numDataBuffers } = tf.memory();
  return { tensors: numTensors, buffers: numDataBuffers, held: tf.engine().backend.numDataIds() };
};

/**
 * Fails when calling `fn` leaves tensors, data buffers of the engine, or data of the back end behind. What `fn` returns (tensors in any records and lists) is its
 * caller's and disposed here.
 */
export async function expectNoLeaks(fn: () => unknown, { times = 3, warmUp = 1 }: LeakOptions = {}): Promise<void> {
  const call = async (): Promise<void> => tf.dispose((await fn()) as tf.TensorContainer);
  for (let i = 0; i < warmUp; i++) await call();
  const before = counts();
  for (let i = 0; i < times; i++) await call();
  const after = counts();
  if (after.tensors !== before.tensors || after.buffers !== before.buffers || after.held !== before.held) {
    throw new Error(`expectNoLeaks: ${times} calls left ${after.tensors - before.tensors} tensors, ${after.buffers - before.buffers} data buffers, `
      + `${after.held - before.held} data ids of the back end '${tf.getBackend()}'`);
  }
}
