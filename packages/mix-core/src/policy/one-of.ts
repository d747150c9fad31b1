import { type Rng, uniform } from '@mixwell/tensor';
import { checkShare } from '../check.ts';
import { defineChoice, type Policy } from './policy.ts';

function checkProbabilities(probabilities: readonly number[], policies: number): void {
  if (probabilities.length !== policies) throw new RangeError(`oneOf: probabilities must be one for each of ${policies} policies, got ${probabilities.length}`);
  probabilities.forEach((p, i) => checkShare('oneOf', `probabilities[${i}]`, p));
  const sum = probabilities.reduce((a, b) => a + b, 0);
  if (Math.abs(sum - 1) > 1e-6) throw new RangeError(`oneOf: probabilities must sum to 1, got ${sum}`);
}

/** The first position at which the running sum exceeds a uniform draw. */
function pick(rng: Rng, probabilities: readonly number[]): number {
  const u = uniform(rng);
  let sum = 0;
  const found = probabilities.findIndex((p) => u < (sum += p));
  return found === -1 ? probabilities.findLastIndex((p) => p > 0) : found;
}

/**
 * One of several policies for each batch. The switch of DeiT and timm between mixup and CutMix is `oneOf([mixup({ alpha: 0.8 }), cutmix()])`.
 *
 * @param probabilities one per policy, summing to 1. Default: equal
 * @throws {RangeError} for no policies, or probabilities that do not fit
 */
export function oneOf(policies: readonly Policy[], probabilities?: readonly number[]): Policy {
  if (policies.length === 0) throw new RangeError('oneOf: policies must be at least one, got none');
  const shares = probabilities ?? policies.map(() => 1 / policies.length);
  checkProbabilities(shares, policies.length);
  return defineChoice(policies.flatMap(({ needs = [] }) => needs), (rng) => policies[pick(rng, shares)]!);
}
