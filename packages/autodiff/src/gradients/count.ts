import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, rule, type Rule } from './rule.ts';
import { zeros } from './zeros.ts';

interface CountAttributes {
  readonly size: number;
  readonly binaryOutput?: boolean;
}

/** What dy has for each element that was counted; 0 for those beyond the last bin. */
function uncount(dy: tf.Tensor, x: tf.Tensor, weights: tf.Tensor, { size, binaryOutput = false }: CountAttributes): tf.Tensor {
  if (weights.size === 0 || size === 0 || binaryOutput) return zeros(weights.shape);
  const bins = tf.minimum(x, tf.scalar(size - 1, 'int32'));
  const counted = tf.cast(tf.less(x, tf.scalar(size, 'int32')), 'float32');
  return tf.reshape(tf.mul(tf.gather(dy, bins, dy.rank - 1, dy.rank - 1), counted), weights.shape);
}

const countRule: Rule = rule(['x', 'weights'], (dy, { x, weights }, attrs: CountAttributes) => ({
  x: () => zeros(x.shape),
  weights: () => uncount(dy, x, weights, attrs),
}));

/** Histograms, which have gradients by the weights of what they count. */
export const countGradients: GradientTable = { Bincount: countRule, DenseBincount: countRule };
