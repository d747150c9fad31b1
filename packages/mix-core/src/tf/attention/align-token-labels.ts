import * as tf from '@tensorflow/tfjs-core';

/**
 * Token-label alignment through one layer: labels of tokens follow what attention moves, Y ← (Y + Ā Y) / 2 with Ā the mean over heads; the half that stays is that of the residual
 * branch. Begin with the label of the image that each patch comes from, for the class token with the mixed target; after the last layer the label of the class token is the
 * target. Rows that sum to 1 keep doing so.
 *
 * Xiao et al., "Token-Label Alignment for Vision Transformers", ICCV 2023, arXiv 2210.06455.
 *
 * @param labels [rows, tokens, classes]
 * @param attention [rows, heads, tokens, tokens] probabilities of the layer. Detach it (`detach` of `@mixwell/tensor/tf`) for labels that are constants, as in the paper
 * @returns [rows, tokens, classes]
 * @throws {RangeError} for shapes that do not fit
 */
export function alignTokenLabels(labels: tf.Tensor, attention: tf.Tensor): tf.Tensor3D {
  const [rows, tokens] = labels.shape as [number, number];
  if (labels.rank !== 3) throw new RangeError(`alignTokenLabels: labels must have shape [rows, tokens, classes], got [${labels.shape.join(', ')}]`);
  const fits = attention.rank === 4 && attention.shape[0] === rows && attention.shape[2] === tokens && attention.shape[3] === tokens;
  if (!fits) throw new RangeError(`alignTokenLabels: attention must have shape [${rows}, heads, ${tokens}, ${tokens}], got [${attention.shape.join(', ')}]`);
  return tf.tidy(() => tf.mul<tf.Tensor3D>(tf.add(labels, tf.matMul(tf.mean<tf.Tensor3D>(attention, 1), labels as tf.Tensor3D)), 0.5));
}
