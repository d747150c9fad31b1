import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, rule } from './rule.ts';
import { runKernel } from './run-kernel.ts';

/** Softmax and its logarithm along one axis. */
export const softmaxGradients: GradientTable = {
  LogSoftmax: rule(['logits'], (dy, { logits }, { axis }: { axis: number }) => ({
    logits: () => tf.sub(dy, tf.mul(tf.exp(runKernel('LogSoftmax', { logits }, { axis })), tf.sum(dy, axis, true))),
  })),
  Softmax: rule(['logits'], (dy, { logits }, { dim }: { dim: number }) => ({
    logits: () => {
      const y = runKernel('Softmax', { logits }, { dim });
      return tf.mul(y, tf.sub(dy, tf.sum(tf.mul(dy, y), dim, true)));
    },
  })),
};
