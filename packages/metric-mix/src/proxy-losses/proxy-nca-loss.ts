import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type NcaForm, ncaSpec } from '../pair-losses/nca-loss.ts';
import { termsOfSpec } from '../pair-losses/terms-of-spec.ts';
import { type ReducedOptions, reduceTerms, type Terms } from '../reduction/reduction.ts';
import { pairMatrix } from '../similarity/pair-matrix.ts';
import { checkProxies } from './check-proxies.ts';

/**
 * Terms of ProxyNCA: those of `ncaTerms` with the proxies of all classes for examples, of Euclidean distances of unit rows. A label that is no class has no positive and is left out.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length
 * @param options `denominator`: 'negatives' for the paper's; default 'all'
 * @returns [n]
 * @throws {RangeError | TypeError} for other shapes or types, a scale ≤ 0, an unknown denominator
 */
export function proxyNcaTerms(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: NcaForm = {}): Terms {
  const classes = checkProxies('proxyNcaLoss', embeddings, labels, proxies);
  const spec = ncaSpec('proxyNcaLoss', options);
  return tf.tidy(() => {
    const others = { embeddings: proxies as EmbeddingsLike, labels: tf.range(0, classes, 1, 'int32') };
    return termsOfSpec(spec, pairMatrix('proxyNcaLoss', 'squaredDistance', embeddings, labels, { others }), labels);
  });
}

/**
 * ProxyNCA.
 *
 * Movshovitz-Attias et al., "No Fuss Distance Metric Learning using Proxies", ICCV 2017, equation 4; with the positive in the denominator as in ProxyNCA++ (Teh, DeVries, Taylor, ECCV 2020), whose
 * scale is 1/T.
 *
 * @param embeddings [n, dimensions], of any length
 * @param labels int32 [n] in [0, classes)
 * @param proxies [classes, dimensions], of any length: variables of the caller (`initProxies`)
 * @param options `scale`: default 1; `reduction`: default 'mean'
 * @throws {RangeError | TypeError} for other shapes or types, a scale ≤ 0, an unknown denominator or reduction
 */
export function proxyNcaLoss(embeddings: EmbeddingsLike, labels: LabelsLike, proxies: tf.Tensor, options: NcaForm & ReducedOptions = {}): Scalar {
  return tf.tidy(() => reduceTerms('proxyNcaLoss', proxyNcaTerms(embeddings, labels, proxies, options), options.reduction ?? 'mean'));
}
