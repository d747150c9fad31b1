import * as tf from '@tensorflow/tfjs-core';
import { axisBlends } from '../plan/upsample.ts';

export interface ClassActivationInput {
  /** [rows, h, w, channels]: what the network averages over places before its last layer. */
  readonly features: tf.Tensor;
  /** [channels, classes]: weights of the last layer. */
  readonly weights: tf.Tensor;
  /** [classes]. Default: none. */
  readonly bias?: tf.Tensor;
  /** int32 [rows]: the class whose evidence is shown, usually the image's own. */
  readonly labels: tf.Tensor;
  /** Size of the images. */
  readonly height: number;
  readonly width: number;
}

/** [size, cells]: times a column of cells it gives a column of pixels, linear between half-pixel centres. */
function growth(cells: number, size: number): tf.Tensor2D {
  const matrix = new Float32Array(size * cells);
  axisBlends(cells, size, 'bilinear').forEach(({ lower, upper, share }, i) => {
    matrix[i * cells + lower]! += 1 - share;
    matrix[i * cells + upper]! += share;
  });
  return tf.tensor2d(matrix, [size, cells]);
}

function checkShapes({ features, weights, bias, labels }: ClassActivationInput): void {
  const [rows, , , channels] = features.shape;
  const refuse = (name: string, wanted: string, got: tf.Tensor): never => {
    throw new RangeError(`classActivationMap: ${name} must have shape [${wanted}], got [${got.shape.join(', ')}]`);
  };
  if (features.rank !== 4) refuse('features', 'rows, h, w, channels', features);
  if (weights.rank !== 2 || weights.shape[0] !== channels) refuse('weights', `${channels}, classes`, weights);
  if (bias && bias.shape.join() !== String(weights.shape[1])) refuse('bias', `${weights.shape[1]}`, bias);
  if (labels.shape.join() !== String(rows)) refuse('labels', `${rows}`, labels);
}

/**
 * Where a network sees a class: relu(features) · weights[:, label] + bias[label] at each place, grown bilinearly to the size of the images, less its minimum, divided by its sum.
 * A map of one value everywhere becomes zeros. Works while a back end traces; carries gradients, which a mix does not need.
 *
 * Zhou et al., "Learning Deep Features for Discriminative Localization", CVPR 2016, arXiv 1512.04150, as SnapMix uses it.
 *
 * @returns [rows, height, width] ≥ 0, each with sum 1 (or 0)
 * @throws {RangeError} for shapes that do not fit together
 */
export function classActivationMap(input: ClassActivationInput): tf.Tensor3D {
  checkShapes(input);
  const { features, weights, bias, labels, height, width } = input;
  const [rows, h, w, channels] = features.shape as [number, number, number, number];
  return tf.tidy(() => {
    const chosen = tf.reshape(tf.gather(tf.transpose(weights), labels), [rows, channels, 1]);
    const offset = bias ? tf.reshape(tf.gather(bias, labels), [rows, 1, 1]) : tf.scalar(0);
    const coarse = tf.add(tf.reshape(tf.matMul(tf.reshape(tf.relu(features), [rows, h * w, channels]), chosen), [rows, h, w]), offset);
    const raised = tf.sub(coarse, tf.min(coarse, [1, 2], true)); // so that a map of one value is zeros to the last bit
    const wide = tf.matMul(tf.reshape(raised, [rows * h, w]), growth(w, width), false, true);
    const columns = tf.reshape(tf.transpose(tf.reshape(wide, [rows, h, width]), [0, 2, 1]), [rows * width, h]);
    const map = tf.transpose(tf.reshape(tf.matMul(columns, growth(h, height), false, true), [rows, width, height]), [0, 2, 1]);
    const above = tf.sub(map, tf.min(map, [1, 2], true));
    return tf.divNoNan<tf.Tensor3D>(above, tf.sum(above, [1, 2], true));
  });
}
