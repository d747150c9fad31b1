import type * as tf from '@tensorflow/tfjs-core';
import { runKernel } from './run-kernel.ts';

/** float32 zeros, made by the back end: nothing is copied to it, at no step. */
export function zeros(shape: readonly number[]): tf.Tensor {
  return runKernel('Fill', {}, { shape: [...shape], value: 0, dtype: 'float32' });
}
