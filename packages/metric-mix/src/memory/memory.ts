import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkWhole } from '../check.ts';
import { checkLabels, checkShape } from '../check-tensors.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';

// a type, as compiled functions take no interfaces
/** The latest embeddings of training, as plain tensors: state that a step takes and gives. It is what `batchLoss` takes as `others`. */
export type Memory = {
  /** [capacity, dimensions], the latest first; zeros where there is none yet. */
  readonly embeddings: tf.Tensor2D;
  /** int32 [capacity] */
  readonly labels: tf.Tensor1D;
  /** bool [capacity]: the rows that hold an embedding. */
  readonly filled: tf.Tensor1D;
};

/**
 * An empty memory.
 *
 * @param capacity how many embeddings it holds; the paper's, all or a half of the training set
 * @throws {RangeError} for sizes that are no whole numbers ≥ 1
 */
export function createMemory(capacity: number, dimensions: number): Memory {
  checkWhole('createMemory', 'capacity', capacity);
  checkWhole('createMemory', 'dimensions', dimensions);
  return { embeddings: tf.zeros([capacity, dimensions]), labels: tf.zeros([capacity], 'int32'), filled: tf.zeros([capacity], 'bool') };
}

/**
 * The memory with a batch at its front, and the oldest gone. No gradient flows into it. The arguments stay as they are; in a compiled step, donate the old state.
 *
 * Embeddings drift slowly, so that those of past batches are good examples for this one: add `batchLoss(spec, embeddings, labels, { others: memory }).loss` to the loss of the batch once training has settled (after 1000
 * iterations in the paper), then enqueue the batch.
 *
 * Wang, Zhang, Huang, Scott, "Cross-Batch Memory for Embedding Learning", CVPR 2020, arXiv 1912.06798.
 *
 * @param embeddings [batch, dimensions]
 * @param labels int32 [batch]
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function enqueue(memory: Memory, embeddings: EmbeddingsLike, labels: LabelsLike): Memory {
  const [capacity, dimensions] = memory.embeddings.shape;
  checkShape('enqueue', 'embeddings', embeddings, [embeddings.shape[0] ?? 0, dimensions]);
  checkLabels('enqueue', 'labels', labels, embeddings.shape[0]);
  return tf.tidy(() => ({
    embeddings: tf.slice(tf.concat([detach(embeddings) as tf.Tensor2D, memory.embeddings]), [0, 0], [capacity, dimensions]),
    labels: tf.slice(tf.concat([labels as tf.Tensor1D, memory.labels]), [0], [capacity]),
    filled: tf.slice(tf.concat([tf.ones<tf.Rank.R1>([labels.size], 'bool'), memory.filled]), [0], [capacity]),
  }));
}
