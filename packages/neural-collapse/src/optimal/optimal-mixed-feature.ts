import type { ToHostInput } from '@mixwell/tensor';
import { isSimplexEtf, meanRowNorm } from '../etf/is-simplex-etf.ts';
import { checkPositive } from '../input/check.ts';
import { readClassifier } from '../input/read.ts';
import { combineRows } from '../input/rows.ts';
import { checkPair, type MixedPair, mixedTarget } from './mixed-target.ts';
import { optimalEtfLogits } from './optimal-etf-logits.ts';
import type { OptimalFeature } from './optimal-feature.ts';

export interface OptimalMixedFeatureInput extends MixedPair {
  /** A simplex ETF `[classes, features]`, such as `simplexEtf` makes. */
  readonly classifier: ToHostInput;
  /** μ of the penalty (μ / 2) ‖h‖², > 0. */
  readonly mu: number;
}

/**
 * The feature of a mixed input that minimises CE(W h, λ e_A + (1 − λ) e_B) + (μ / 2) ‖h‖² where W is a simplex ETF, in the unconstrained features model.
 *
 * Of one class it is a multiple of the classifier's row, whatever λ. Of two classes it is a combination of their rows that is not λ to 1 − λ: the sum of both weights grows like
 * −log μ, their difference stays at logit(λ) (C − 1) / (m² C). A long strip along the decision boundary, the channel.
 *
 * Fisher, Meng, Papyan, "Pushing Boundaries: Mixup's Influence on Neural Collapse", ICLR 2024, arXiv 2402.06171.
 *
 * @throws {RangeError} for a classifier that is no simplex ETF, classes that are none, λ outside [0, 1], mu ≤ 0
 */
export function optimalMixedFeature({ classifier, mu, ...pair }: OptimalMixedFeatureInput): OptimalFeature {
  const weights = readClassifier('optimalMixedFeature', classifier);
  const { rows: classes } = weights;
  const norm = meanRowNorm(weights);
  if (!isSimplexEtf(weights, norm)) throw new RangeError('optimalMixedFeature: classifier must be a simplex ETF (optimalFeature takes any)');
  checkPair('optimalMixedFeature', pair, classes);
  checkPositive('optimalMixedFeature', 'mu', mu);
  const { logits, probs } = optimalEtfLogits(mixedTarget(classes, pair), { norm, mu });
  const scale = (classes - 1) / (norm * norm * classes);
  return { feature: combineRows(logits.map((logit) => scale * logit), weights), logits, probs };
}
