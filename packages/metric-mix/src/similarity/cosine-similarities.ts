import * as tf from '@tensorflow/tfjs-core';
import { checkRowSets } from '../check-tensors.ts';
import type { EmbeddingsLike } from '../inputs.ts';
import { gramMatrix } from './gram-matrix.ts';
import { unitRows } from './unit-rows.ts';

/**
 * Cosine similarities of all pairs, ⟨a, x⟩ / (‖a‖ ‖x‖); 0 where either is a zero row.
 *
 * @param anchors [anchors, dimensions], of any length
 * @param examples [examples, dimensions]. Default: the anchors
 * @returns [anchors, examples] in [−1, 1]
 * @throws {RangeError} for other shapes
 */
export function cosineSimilarities(anchors: EmbeddingsLike, examples: EmbeddingsLike = anchors): tf.Tensor2D {
  checkRowSets('cosineSimilarities', anchors, examples, ['anchors', 'examples']);
  return tf.tidy(() => {
    const units = unitRows(anchors);
    return examples === anchors ? gramMatrix(units) : tf.matMul(units, unitRows(examples), false, true);
  });
}
