import type * as tf from '@tensorflow/tfjs-core';
import { checkFinite, checkOneOf } from '../check.ts';

/** What one pair counts, element by element; with `log`, its logarithm is given instead of it, and sums are taken in the log domain. */
export type Rho = ((x: tf.Tensor) => tf.Tensor) | { readonly log: (x: tf.Tensor) => tf.Tensor };

/** scale · ln Σ, or scale · ln(1 + Σ). */
export interface LogSigma {
  readonly scale: number;
  readonly plusOne: boolean;
}

/** What becomes of the sum of an anchor: a function of [anchors], or a logarithm. */
export type Sigma = ((sum: tf.Tensor) => tf.Tensor) | LogSigma;

/**
 * A loss over labels y in [0, 1] by its parts: of an anchor, τ(σ⁺(Σ y ρ⁺(x)) + σ⁻(Σ (1 − y) ρ⁻(x))), where x is what `measure` says of a pair.
 *
 * Venkataramanan et al., "It Takes Two to Tango: Mixup for Deep Metric Learning", ICLR 2022, arXiv 2106.04990.
 */
export interface LossSpec {
  /** Default: the identity. */
  readonly tau?: (x: tf.Tensor) => tf.Tensor;
  /** Default: the identity. */
  readonly sigmaPos?: Sigma;
  readonly sigmaNeg?: Sigma;
  readonly rhoPos: Rho;
  readonly rhoNeg: Rho;
  /** What the second sum runs over: 'negatives' weighs by 1 − y, 'all' by 1. Default 'negatives'. */
  readonly denominator?: 'negatives' | 'all';
  /** Whether x is the cosine similarity of a pair or the Euclidean distance of its unit rows. Default 'similarity'. */
  readonly measure?: 'similarity' | 'distance';
  /** What an anchor must have, or is left out. Default: the sides whose σ is the logarithm of a sum alone. */
  readonly needs?: 'positives' | 'negatives' | 'both' | 'nothing';
}

/** σ = scale · ln Σ: an anchor without that side is left out. @throws {RangeError} for a scale that is not finite */
export function logSum(scale = 1): LogSigma {
  checkFinite('logSum', 'scale', scale);
  return { scale, plusOne: false };
}

/** σ = scale · ln(1 + Σ), which is 0 for an anchor without that side. @throws {RangeError} for a scale that is not finite */
export function logOnePlusSum(scale = 1): LogSigma {
  checkFinite('logOnePlusSum', 'scale', scale);
  return { scale, plusOne: true };
}

const isRho = (rho: unknown): boolean => typeof rho === 'function' || typeof (rho as { readonly log?: unknown } | undefined)?.log === 'function';

/** @throws {TypeError} for what is no specification; {RangeError} for an unknown measure */
export function checkSpec(caller: string, spec: LossSpec): void {
  const { rhoPos, rhoNeg, measure = 'similarity' } = (spec as LossSpec | undefined) ?? {} as Partial<LossSpec>;
  if (!isRho(rhoPos) || !isRho(rhoNeg)) throw new TypeError(`${caller}: spec must be what multiSimilarity() gives, or { rhoPos, rhoNeg, ... } of your own, got ${typeof spec}`);
  checkOneOf(caller, 'spec.measure', measure, ['similarity', 'distance']);
}
