import * as tf from '@tensorflow/tfjs-core';
import { genericTerms } from '../generic/generic-terms.ts';
import type { LossSpec } from '../generic/loss-spec.ts';
import type { LabelsLike } from '../inputs.ts';
import type { Terms } from '../reduction/reduction.ts';
import type { PairMatrix } from '../similarity/pair-matrix.ts';

/** The losses of anchors by a spec, on classes. To be called inside of `tf.tidy`. */
export function termsOfSpec(spec: LossSpec, { values, positive, negative }: PairMatrix, labels: LabelsLike): Terms {
  return { ...genericTerms('genericLoss', spec, values, positive, tf.logicalOr(positive, negative)).anchors, labels };
}
