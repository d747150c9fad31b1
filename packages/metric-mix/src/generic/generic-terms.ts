import type { Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf } from '../check.ts';
import { checkMask, checkShape, checkTensor, shapeText } from '../check-tensors.ts';
import type { Terms } from '../reduction/reduction.ts';
import { maskedLog, maskedLogSumExp } from '../similarity/masked-log-sum-exp.ts';
import { checkSpec, type LossSpec, type Rho, type Sigma } from './loss-spec.ts';

// a type, as `tf.tidy` returns no interfaces
export type GenericTerms = {
  /** Losses of the anchors, [anchors], and which of them count. */
  readonly anchors: Terms;
  /** y ρ⁺ and (1 − y) ρ⁻ of all pairs, [anchors, examples]. Left out where a ρ is given by its logarithm. */
  readonly pairs?: { readonly positive: Terms; readonly negative: Terms };
  /** How many pairs count with something other than 0: 0 where all margins are satisfied. */
  readonly active: Scalar;
};

interface Side {
  /** [anchors] */
  readonly value: tf.Tensor;
  /** bool [anchors]: it has terms on this side. */
  readonly some: tf.Tensor;
  /** bool [anchors, examples] */
  readonly active: tf.Tensor;
  /** Where ρ is plain. */
  readonly terms?: Terms;
}

interface Weights {
  /** bool [anchors, examples]: weight > 0, and not masked. */
  readonly valid: tf.Tensor;
  /** float32 [anchors, examples]; undefined where all are 1. */
  readonly weights: tf.Tensor | undefined;
}

function isLog(sigma: Sigma | undefined): sigma is Exclude<Sigma, (sum: tf.Tensor) => tf.Tensor> {
  return typeof sigma === 'object';
}

/** σ of plain sums, which are replaced by 1 where there is no term and the side is needed. */
function outer(sigma: Sigma | undefined, sum: tf.Tensor, some: tf.Tensor, needed: boolean): tf.Tensor {
  if (sigma === undefined) return sum;
  const safe = needed ? tf.where(some, sum, tf.onesLike(sum)) : sum;
  if (!isLog(sigma)) return sigma(safe);
  return tf.mul(sigma.plusOne ? tf.log1p(safe) : tf.log(safe), sigma.scale);
}

function sideOf(x: tf.Tensor, { valid, weights }: Weights, rho: Rho, sigma: Sigma | undefined, needed: boolean): Side {
  const some = tf.any(valid, 1);
  if (typeof rho === 'object' && isLog(sigma)) {
    const logWeights = weights && maskedLog(weights, valid);
    return { value: tf.mul(maskedLogSumExp(rho.log(x), valid, { logWeights, plusOne: sigma.plusOne }), sigma.scale), some, active: valid };
  }
  const each = typeof rho === 'object' ? tf.exp(rho.log(x)) : rho(x);
  const values = tf.where(valid, weights ? tf.mul(weights, each) : each, tf.zerosLike(each));
  return { value: outer(sigma, tf.sum(values, 1), some, needed), some, active: tf.logicalAnd(valid, tf.notEqual(values, 0)), terms: { values, valid } };
}

const needsOf = (caller: string, { needs, sigmaPos, sigmaNeg, denominator }: LossSpec): { readonly positives: boolean; readonly negatives: boolean } => {
  if (needs !== undefined) {
    checkOneOf(caller, 'spec.needs', needs, ['positives', 'negatives', 'both', 'nothing']);
    return { positives: needs === 'positives' || needs === 'both', negatives: needs === 'negatives' || needs === 'both' };
  }
  const alone = (sigma: Sigma | undefined): boolean => isLog(sigma) && !sigma.plusOne;
  return { positives: alone(sigmaPos), negatives: alone(sigmaNeg) && denominator !== 'all' };
};

/** Labels are bool where they are 0 or 1: then no logarithms of weights are needed. */
function weightsOf(labels: tf.Tensor, mask: tf.Tensor | undefined, denominator: 'negatives' | 'all'): { readonly positive: Weights; readonly negative: Weights } {
  const shown = (valid: tf.Tensor): tf.Tensor => (mask ? tf.logicalAnd(valid, mask) : valid);
  const all = (): Weights => ({ valid: mask ?? tf.ones(labels.shape, 'bool'), weights: undefined });
  if (labels.dtype === 'bool') {
    const negative = denominator === 'all' ? all() : { valid: shown(tf.logicalNot(labels)), weights: undefined };
    return { positive: { valid: shown(labels), weights: undefined }, negative };
  }
  const rest = tf.sub(1, labels);
  return {
    positive: { valid: shown(tf.greater(labels, 0)), weights: labels },
    negative: denominator === 'all' ? all() : { valid: shown(tf.greater(rest, 0)), weights: rest },
  };
}

/**
 * The parts of `genericLoss`: the loss of each anchor, the terms of pairs where there are such, and how many pairs count.
 *
 * @param x [anchors, examples]: what `spec.measure` says of each pair, finite
 * @param labels bool, or float32 in [0, 1], [anchors, examples]: how much of each example is positive for the anchor
 * @param mask bool [anchors, examples]: the pairs that are there. Default: all
 * @throws {RangeError | TypeError} for other shapes or types
 */
export function genericTerms(caller: string, spec: LossSpec, x: tf.Tensor, labels: tf.Tensor, mask?: tf.Tensor): GenericTerms {
  checkSpec(caller, spec);
  checkTensor(caller, 'similarities', x);
  if (x.rank !== 2) throw new RangeError(`${caller}: similarities must have shape [anchors, examples], got ${shapeText(x.shape)}`);
  checkShape(caller, 'labels', labels, x.shape);
  if (labels.dtype !== 'bool' && labels.dtype !== 'float32') throw new TypeError(`${caller}: labels must be bool or float32, got ${labels.dtype}`);
  if (mask) checkMask(caller, 'mask', mask, x.shape);
  const { denominator = 'negatives', tau, rhoPos, rhoNeg, sigmaPos, sigmaNeg } = spec;
  const needs = needsOf(caller, spec);
  return tf.tidy(() => {
    const weights = weightsOf(labels, mask, denominator);
    const positive = sideOf(x, weights.positive, rhoPos, sigmaPos, needs.positives);
    const negative = sideOf(x, weights.negative, rhoNeg, sigmaNeg, needs.negatives || (denominator === 'all' && needs.positives));
    const sum = tf.add(positive.value, negative.value);
    const values = tau ? tau(sum) : sum;
    const whole = [needs.positives && positive.some, needs.negatives && negative.some].filter((some) => some !== false);
    const valid = whole.reduce((all, some) => tf.logicalAnd(all, some), tf.logicalOr(positive.some, negative.some));
    const active = tf.sum<Scalar>(tf.cast(tf.logicalOr(positive.active, negative.active), 'float32'));
    const pairs = positive.terms && negative.terms && { positive: positive.terms, negative: negative.terms };
    return { anchors: { values: tf.where(valid, values, tf.zerosLike(values)), valid }, ...(pairs && { pairs }), active };
  });
}
