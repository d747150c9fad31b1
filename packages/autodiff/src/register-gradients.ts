import * as tf from '@tensorflow/tfjs-core';
import { gradientTable } from './gradients/table.ts';

/**
 * Registers the gradients of this package with TensorFlow.js, in the place of any that are there: its own drop paths of second derivatives. Importing the package
 * does it; call it again after something else has registered gradients (`@tensorflow/tfjs` does when it is loaded).
 */
export function registerGradients(): void {
  for (const [kernelName, config] of Object.entries(gradientTable)) {
    if (tf.getGradient(kernelName)) tf.unregisterGradient(kernelName);
    tf.registerGradient({ kernelName, ...config });
  }
}
