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
  // among the bins of all rows: gathering by batch is wrong on wasm unless the shapes happen to fit
  const rows = tf.tensor2d(Int32Array.from({ length: dy.size / size }, (_, i) => i * size), [dy.size / size, 1], 'int32');
  const bins = tf.add(tf.reshape(tf.minimum(x, tf.scalar(size - 1, 'int32')), [dy.size / size, -1]), rows);
  const counted = tf.cast(tf.less(x, tf.scalar(size, 'int32')), 'float32');
  return tf.reshape(tf.mul(tf.reshape(tf.gather(tf.reshape(dy, [dy.size]), bins), x.shape), counted), weights.shape);
}

const countRule: Rule = rule(['x', 'weights'], (dy, { x, weights }, attrs: CountAttributes) => ({
  x: () => zeros(x.shape),
  weights: () => uncount(dy, x, weights, attrs),
}));

/** Histograms, which have gradients by the weights of what they count. */
export const countGradients: GradientTable = { Bincount: countRule, DenseBincount: countRule };
