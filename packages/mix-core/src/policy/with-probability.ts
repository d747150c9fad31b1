import { type Rng, uniform } from '@mixwell/tensor';
import { checkShare } from '../check.ts';
import { readStep } from './evidence.ts';
import { noMixing } from './no-mixing.ts';
import { defineChoice, type Policy } from './policy.ts';

/**
 * The policy for a share of the batches, no mixing for the others.
 *
 * @param probability one number, or a function of the step such as `linearFade`; the batch has to have a `step` then
 * @throws {RangeError} for a probability outside [0, 1]
 */
export function withProbability(probability: number | ((step: number) => number), policy: Policy): Policy {
  const { needs = [] } = policy;
  const drawn = (rng: Rng, p: number): Policy => {
    checkShare('withProbability', 'probability', p);
    return uniform(rng) < p ? policy : noMixing;
  };
  if (typeof probability === 'function') return defineChoice(['step', ...needs], (rng, step) => drawn(rng, probability(readStep('withProbability', step))));
  checkShare('withProbability', 'probability', probability);
  return defineChoice(needs, (rng) => drawn(rng, probability));
}
