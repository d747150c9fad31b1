import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkShare } from '../check.ts';
import { checkLabels, checkTensor, shapeText } from '../check-tensors.ts';
import type { LabelsLike } from '../inputs.ts';
import { type PairReduction, reduceTerms, type Terms } from '../reduction/reduction.ts';

/**
 * A class-wise loss (ArcFace, CosFace, normalized softmax, ProxyNCA, SoftTriple) of mixed embeddings v: λ ℓ(v, y₁) + (1 − λ) ℓ(v, y₂), the rule of mixup. A mixture of which either label is no class is left out. It is not in the
 * paper of Metrix.
 *
 * @param termsOf ℓ of the mixed embeddings for labels that it is given: `(labels) => arcFaceTerms(mixed, labels, proxies)`
 * @param labelsA int32 [n]: classes of the first of each pair
 * @param labelsB int32 [n]
 * @param lambda a number in [0, 1], a scalar, or [n]
 * @param options `reduction` of the sums. Default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, a λ outside [0, 1], an unknown reduction
 */
export function mixedClassLoss(
  termsOf: (labels: LabelsLike) => Terms, labelsA: LabelsLike, labelsB: LabelsLike, lambda: number | tf.Tensor, { reduction = 'mean' }: { readonly reduction?: PairReduction } = {},
): Scalar {
  checkLabels('mixedClassLoss', 'labelsA', labelsA);
  checkLabels('mixedClassLoss', 'labelsB', labelsB, labelsA.size);
  if (typeof lambda === 'number') checkShare('mixedClassLoss', 'lambda', lambda);
  else checkTensor('mixedClassLoss', 'lambda', lambda);
  if (typeof lambda !== 'number' && lambda.rank !== 0 && lambda.shape.join() !== `${labelsA.size}`) throw new RangeError(`mixedClassLoss: lambda must have shape [] or [${labelsA.size}], got ${shapeText(lambda.shape)}`);
  return tf.tidy(() => {
    const [a, b] = [termsOf(labelsA), termsOf(labelsB)];
    const values = tf.add(tf.mul(a.values, lambda), tf.mul(b.values, tf.sub(1, lambda)));
    return reduceTerms('mixedClassLoss', { values, valid: tf.logicalAnd(a.valid, b.valid), labels: labelsA }, reduction);
  });
}
