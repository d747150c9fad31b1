import * as tf from '@tensorflow/tfjs-core';
import { refusal, withoutGradient } from './no-gradient.ts';
import { gradientTable } from './table.ts';

const configs: readonly tf.GradConfig[] = Object.entries(gradientTable).map(([kernelName, rule]) => ({ kernelName, ...rule }));

/** Kernels that say why they have no gradient. */
const refusals: readonly tf.GradConfig[] = withoutGradient.flatMap((group) => group.kernels.map((kernelName) => ({
  kernelName,
  gradFunc: () => { throw new Error(refusal(kernelName, group)); },
})));

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
  // somebody may have a gradient for these
  for (const config of refusals) if (!tf.getGradient(config.kernelName)) tf.registerGradient(config);
}
