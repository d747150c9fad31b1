import type * as tf from '@tensorflow/tfjs-core';
import { checkLabels, checkRowSets, shapeText } from '../check-tensors.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';

/**
 * @param perClass how many rows of the proxies a class has
 * @returns how many classes there are
 * @throws {RangeError | TypeError} where embeddings are no [n, dimensions], labels no int32 [n], proxies no [classes · perClass, dimensions]
 */
export function checkProxies(caller: string, embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, name = 'proxies', perClass = 1): number {
  checkRowSets(caller, embeddings, proxies, ['embeddings', name]);
  checkLabels(caller, 'labels', labels, embeddings.shape[0]);
  const classes = proxies.shape[0] / perClass;
  if (!Number.isInteger(classes)) throw new RangeError(`${caller}: ${name} must have ${perClass} rows for each class, got ${shapeText(proxies.shape)}`);
  return classes;
}
