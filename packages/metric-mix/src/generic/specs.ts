import * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkOneOf, checkPositive } from '../check.ts';
import { logOnePlusSum, type LossSpec, logSum } from './loss-spec.ts';

export interface ContrastiveSpecOptions {
  /** Negatives count where they are nearer than this: a similarity > m, or a distance < m. Default 0.5. */
  readonly m?: number;
  /** With distances: positives count where they are farther than this. Default 0. */
  readonly positiveMargin?: number;
  /** ρ⁺ = −s, ρ⁻ = [s − m]₊ of similarities, or ρ⁺ = [d − positiveMargin]₊, ρ⁻ = [m − d]₊ of distances, which is what the numbers of Metrix were made with. Default 'similarity'. */
  readonly form?: 'similarity' | 'distance';
}

/** Contrastive loss. Hadsell, Chopra, LeCun, "Dimensionality Reduction by Learning an Invariant Mapping", CVPR 2006. @throws {RangeError} for other options */
export function contrastive({ m = 0.5, positiveMargin, form = 'similarity' }: ContrastiveSpecOptions = {}): LossSpec {
  checkFinite('contrastive', 'm', m);
  checkOneOf('contrastive', 'form', form, ['similarity', 'distance']);
  if (form === 'similarity') {
    if (positiveMargin !== undefined) throw new RangeError(`contrastive: positiveMargin is for form: 'distance', got ${positiveMargin}`);
    return { rhoPos: (s) => tf.neg(s), rhoNeg: (s) => tf.relu(tf.sub(s, m)) };
  }
  const from = positiveMargin ?? 0;
  checkFinite('contrastive', 'positiveMargin', from);
  return { measure: 'distance', rhoPos: (d) => tf.relu(tf.sub(d, from)), rhoNeg: (d) => tf.relu(tf.sub(m, d)) };
}

/**
 * Binomial deviance: ρ⁺ = ln(1 + e^−β(s − m)), ρ⁻ = ln(1 + e^γ(s − m)). Yi, Lei, Li, "Deep Metric Learning for Practical Person Re-Identification", ICPR 2014, arXiv 1407.4979.
 *
 * @param options beta > 0 (default 2), gamma > 0 (default 40), m (default 0.5)
 * @throws {RangeError} for other values
 */
export function binomialDeviance({ beta = 2, gamma = 40, m = 0.5 }: { readonly beta?: number; readonly gamma?: number; readonly m?: number } = {}): LossSpec {
  checkPositive('binomialDeviance', 'beta', beta);
  checkPositive('binomialDeviance', 'gamma', gamma);
  checkFinite('binomialDeviance', 'm', m);
  return { rhoPos: (s) => tf.softplus(tf.mul(tf.sub(s, m), -beta)), rhoNeg: (s) => tf.softplus(tf.mul(tf.sub(s, m), gamma)) };
}

/**
 * Lifted structure, per anchor: [ln Σ e^−s + ln Σ e^(s − m)]₊. Song, Xiang, Jegelka, Savarese, "Deep Metric Learning via Lifted Structured Feature Embedding", CVPR 2016, arXiv 1511.06452, in the
 * form of Hermans, Beyer, Leibe 2017, arXiv 1703.07737. Anchors that lack positives or negatives are left out.
 *
 * @param options margin m, default 0
 * @throws {RangeError} for a margin that is not finite
 */
export function lifted({ m = 0 }: { readonly m?: number } = {}): LossSpec {
  checkFinite('lifted', 'm', m);
  return { tau: (x) => tf.relu(x), sigmaPos: logSum(), sigmaNeg: logSum(), rhoPos: { log: (s) => tf.neg(s) }, rhoNeg: { log: (s) => tf.sub(s, m) } };
}

/** Both sides of multi-similarity and proxy anchor: (1/β) ln(1 + Σ e^−β(s − low)), (1/γ) ln(1 + Σ e^γ(s − high)). */
function twoSoftSums(caller: string, beta: number, gamma: number, low: number, high: number): LossSpec {
  checkPositive(caller, 'beta', beta);
  checkPositive(caller, 'gamma', gamma);
  return {
    sigmaPos: logOnePlusSum(1 / beta), sigmaNeg: logOnePlusSum(1 / gamma),
    rhoPos: { log: (s) => tf.mul(tf.sub(s, low), -beta) }, rhoNeg: { log: (s) => tf.mul(tf.sub(s, high), gamma) },
  };
}

/**
 * Multi-similarity: (1/β) ln(1 + Σ e^−β(s − m)) + (1/γ) ln(1 + Σ e^γ(s − m)). Wang, Han, Huang, Dong, Scott, "Multi-Similarity Loss with General Pair Weighting for Deep Metric Learning", CVPR 2019,
 * arXiv 1904.06627.
 *
 * @param options beta > 0 (default 18), gamma > 0 (default 75), m (default 0.77): those of Metrix
 * @throws {RangeError} for other values
 */
export function multiSimilarity({ beta = 18, gamma = 75, m = 0.77 }: { readonly beta?: number; readonly gamma?: number; readonly m?: number } = {}): LossSpec {
  checkFinite('multiSimilarity', 'm', m);
  return twoSoftSums('multiSimilarity', beta, gamma, m, m);
}

/**
 * Proxy anchor, where anchors are the proxies of classes: (1/β) ln(1 + Σ e^−β(s − δ)) + (1/γ) ln(1 + Σ e^γ(s + δ)). Kim, Kim, Cho, Kwak, "Proxy Anchor Loss for Deep Metric Learning", CVPR 2020,
 * arXiv 2003.13911, with the factors 1/β and 1/γ of the generic form.
 *
 * @param options beta > 0 and gamma > 0 (default 32), delta (default 0.1)
 * @throws {RangeError} for other values
 */
export function proxyAnchor({ beta = 32, gamma = 32, delta = 0.1 }: { readonly beta?: number; readonly gamma?: number; readonly delta?: number } = {}): LossSpec {
  checkFinite('proxyAnchor', 'delta', delta);
  return twoSoftSums('proxyAnchor', beta, gamma, delta, -delta);
}

/**
 * NCA, and ProxyNCA where examples are proxies: −ln Σ⁺ e^(s/T) + ln Σ e^(s/T). Goldberger, Hinton, Roweis, Salakhutdinov, "Neighbourhood Components Analysis", NIPS 2004; Movshovitz-Attias et al., ICCV
 * 2017, arXiv 1703.07464. Anchors that lack positives are left out; with denominator 'negatives' those that lack negatives too.
 *
 * @param options temperature > 0 (default 1); denominator: 'negatives', the form of Metrix, which may be below 0, or 'all', as libraries have it (default 'negatives')
 * @throws {RangeError} for other values
 */
export function nca({ temperature = 1, denominator = 'negatives' }: { readonly temperature?: number; readonly denominator?: 'negatives' | 'all' } = {}): LossSpec {
  checkPositive('nca', 'temperature', temperature);
  checkOneOf('nca', 'denominator', denominator, ['negatives', 'all']);
  const rho = { log: (s: tf.Tensor) => tf.div(s, temperature) };
  return { sigmaPos: logSum(-1), sigmaNeg: logSum(1), rhoPos: rho, rhoNeg: rho, denominator };
}
