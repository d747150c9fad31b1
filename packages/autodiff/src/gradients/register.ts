import * as tf from '@tensorflow/tfjs-core';
import { gradientTable } from './table.ts';

const configs: readonly tf.GradConfig[] = Object.entries(gradientTable).map(([kernelName, rule]) => ({ kernelName, ...rule }));

/**
 * Makes TensorFlow.js use the gradients of this package, in place of any others. Importing the package does it; call it again after importing
 * something that brings TensorFlow.js's own gradients along (`@tensorflow/tfjs` does). The registry is global: all copies of tfjs-core see it.
 */
export function registerGradients(): void {
  for (const config of configs) {
    const current = tf.getGradient(config.kernelName);
    if (current === config) continue;
    if (current) tf.unregisterGradient(config.kernelName); // or TensorFlow.js warns
    tf.registerGradient(config);
  }
}
