import * as tf from '@tensorflow/tfjs-core';
import type { GradientTable, Rule } from './rule.ts';

/**
 * The operation has a custom gradient, which TensorFlow.js looks up by the operation's name. It saves the labels and ln softmax, the latter cut off from the logits: no
 * second derivative can be made of that, and TensorFlow.js's own is wrong without a word. So are its gradient by the labels, and by the logits where labels do not sum to 1.
 */
const softmaxCrossEntropy: Rule = {
  gradFunc: (dy, [labels, logProbabilities]) => {
    if (tf.engine().isTapeOn()) {
      throw new Error('tf.losses.softmaxCrossEntropy: has no second derivative; use softCrossEntropy of @mixwell/losses, or mean(logSumExp(logits, 1) − sum(labels·logits, 1))');
    }
    const upstream = (): tf.Tensor => tf.expandDims(dy as tf.Tensor, -1);
    const targets = tf.cast(labels!, 'float32');
    return {
      0: () => tf.neg(tf.mul(upstream(), logProbabilities!)),
      1: () => tf.mul(upstream(), tf.sub(tf.mul(tf.exp(logProbabilities!), tf.sum(targets, -1, true)), targets)),
    };
  },
};

/** Operations that TensorFlow.js differentiates as a whole. */
export const compositeGradients: GradientTable = { softmaxCrossEntropy__op: softmaxCrossEntropy };
