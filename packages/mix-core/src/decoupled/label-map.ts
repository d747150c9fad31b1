import { checkShare } from '../check.ts';

/**
 * What an image's own label counts, as a function of what the image counts: for `mixup({ labelLambda })`. Each maps [1/2, 1] to itself, upwards or to one value, and below 1/2, where the
 * partner counts most, mirrors that: g(1 − λ) = 1 − g(λ), but for `constant`.
 *
 * Zou, Cao, Li, Gu, "The Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433: labels need not be mixed as inputs are, as long as they are mixed at all.
 */
export const labelMap: {
  /** λ: standard mixup. */
  readonly identity: (lambda: number) => number;
  /** Always `share`, in [0, 1]. @throws {RangeError} for another share */
  readonly constant: (share: number) => (lambda: number) => number;
  /** 1/2 + 1/2 (2λ − 1)^exponent, exponent > 0: above 1 labels are mixed more than inputs, below 1 less. @throws {RangeError} for another exponent */
  readonly power: (exponent: number) => (lambda: number) => number;
  /** (1 − amount) λ + amount / 2, amount in [0, 1]: nearer to 1/2. @throws {RangeError} for another amount */
  readonly smooth: (amount: number) => (lambda: number) => number;
} = {
  identity: (lambda) => lambda,
  constant(share) {
    checkShare('labelMap.constant', 'share', share);
    return () => share;
  },
  power(exponent) {
    if (!(exponent > 0 && exponent < Infinity)) throw new RangeError(`labelMap.power: exponent must be > 0 and finite, got ${exponent}`);
    return (lambda) => 0.5 + 0.5 * Math.sign(2 * lambda - 1) * Math.abs(2 * lambda - 1) ** exponent;
  },
  smooth(amount) {
    checkShare('labelMap.smooth', 'amount', amount);
    return (lambda) => (1 - amount) * lambda + amount / 2;
  },
};
