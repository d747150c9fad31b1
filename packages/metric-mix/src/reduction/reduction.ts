import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkPositive } from '../check.ts';
import { checkLabels, checkMask, checkTensor, shapeText } from '../check-tensors.ts';
import type { LabelsLike } from '../inputs.ts';

// a type, as `tf.tidy` returns no interfaces
/** The terms of a loss: one for each anchor, pair or triplet. */
export type Terms = {
  /** [anchors], [anchors, examples] or [anchors, positives, negatives]: finite everywhere, also where they are not valid. */
  readonly values: tf.Tensor;
  /** bool of the same shape: the terms that count. */
  readonly valid: tf.Tensor;
  /** int32 [anchors]: classes of the anchors, which `classWeighted` looks at. */
  readonly labels?: LabelsLike | undefined;
};

/** What makes one number of the terms; 0, connected to them, where none counts. */
export type Reducer = (terms: Terms) => Scalar;

/**
 * 'mean' over the terms that count; 'avgNonZero': over those of them that are > 0; 'sum'; 'perAnchor': the mean of each anchor's terms, and the mean of that over the anchors that have any. Or a function:
 * `divisor(…)`, `threshold(…)`, `classWeighted(…)`, `perAnchor(…)`, or one of your own.
 */
export type PairReduction = 'mean' | 'avgNonZero' | 'sum' | 'perAnchor' | Reducer;

export interface ReducedOptions {
  /** Default: that of the loss. */
  readonly reduction?: PairReduction | undefined;
}

/** The terms that count, else 0. */
const kept = ({ values, valid }: Terms): tf.Tensor => tf.where(valid, values, tf.zerosLike(values));

/** Σ / count, 0 where the count is 0. */
const ratio = (sum: tf.Tensor, count: tf.Tensor): Scalar => tf.div<Scalar>(sum, tf.maximum(count, 1));

const count = (valid: tf.Tensor): Scalar => tf.sum<Scalar>(tf.cast(valid, 'float32'));

const mean: Reducer = (terms) => ratio(tf.sum(kept(terms)), count(terms.valid));

/** The mean over the terms t with low < t < high, and those that are NaN, so that it is seen. */
function meanBetween(terms: Terms, low: number, high: number): Scalar {
  const { values, valid } = terms;
  const above = low === -Infinity ? valid : tf.logicalAnd(valid, tf.logicalNot(tf.lessEqual(values, low)));
  return mean({ ...terms, valid: high === Infinity ? above : tf.logicalAnd(above, tf.logicalNot(tf.greaterEqual(values, high))) });
}

const named: Readonly<Record<string, Reducer>> = {
  mean,
  avgNonZero: (terms) => meanBetween(terms, 0, Infinity),
  sum: (terms) => tf.sum<Scalar>(kept(terms)),
  perAnchor: (terms) => perAnchor()(terms),
};

/**
 * The sum of the terms divided by a number, such as how many proxies there are.
 *
 * @param by > 0, or a scalar
 * @throws {RangeError} for a number that is not
 */
export function divisor(by: number | tf.Tensor): Reducer {
  if (typeof by === 'number') checkPositive('divisor', 'by', by);
  return (terms) => tf.div<Scalar>(tf.sum(kept(terms)), by);
}

/**
 * The mean of the terms t with low < t < high.
 *
 * @param options at least one of the two bounds
 * @throws {RangeError} for no bound, or low ≥ high
 */
export function threshold({ low = -Infinity, high = Infinity }: { readonly low?: number; readonly high?: number }): Reducer {
  if (!(low < high) || (low === -Infinity && high === Infinity)) throw new RangeError(`threshold: low must be < high, and one of them finite, got ${low} and ${high}`);
  return (terms) => meanBetween(terms, low, high);
}

/**
 * The mean of the terms times the weights of their anchors' classes.
 *
 * @param weights [classes]
 * @throws {RangeError | TypeError} for other weights, or where it is called on terms without labels
 */
export function classWeighted(weights: tf.Tensor): Reducer {
  checkTensor('classWeighted', 'weights', weights);
  if (weights.rank !== 1) throw new RangeError(`classWeighted: weights must have shape [classes], got ${shapeText(weights.shape)}`);
  return (terms) => {
    if (!terms.labels) throw new RangeError('classWeighted: the terms must have labels, got none');
    const ofAnchors = tf.reshape(tf.gather(weights, terms.labels), [-1, ...terms.values.shape.slice(1).map(() => 1)]);
    return mean({ ...terms, values: tf.mul(terms.values, ofAnchors) });
  };
}

/** The mean of each anchor's terms, then another reduction over the anchors that have any. */
export function perAnchor(over: PairReduction = 'mean'): Reducer {
  return (terms) => {
    const [anchors] = terms.values.shape as [number];
    const sums = tf.sum(tf.reshape(kept(terms), [anchors, -1]), 1);
    const counts = tf.sum(tf.reshape(tf.cast(terms.valid, 'float32'), [anchors, -1]), 1);
    return reduceTerms('perAnchor', { values: tf.div(sums, tf.maximum(counts, 1)), valid: tf.greater(counts, 0), labels: terms.labels }, over);
  };
}

/**
 * One number of the terms of a loss.
 *
 * @throws {RangeError | TypeError} for an unknown reduction, or a mask or labels that do not fit
 */
export function reduceTerms(caller: string, terms: Terms, reduction: PairReduction): Scalar {
  checkMask(caller, 'valid', terms.valid, terms.values.shape);
  if (terms.labels) checkLabels(caller, 'labels', terms.labels, terms.values.shape[0]);
  const reduce = typeof reduction === 'function' ? reduction : Object.hasOwn(named, reduction) ? named[reduction] : undefined;
  if (!reduce) throw new RangeError(`${caller}: reduction must be 'mean', 'avgNonZero', 'sum', 'perAnchor' or a function, got '${String(reduction)}'`);
  return tf.tidy(() => reduce(terms));
}

/** How many terms count and are > 0: a loss whose terms are all met says so by 0. */
export function activeTerms({ values, valid }: Terms): Scalar {
  return tf.tidy(() => count(tf.logicalAnd(valid, tf.greater(values, 0))));
}
