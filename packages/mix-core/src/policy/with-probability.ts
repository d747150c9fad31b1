import { checkShare } from '../check.ts';
import { noMixing } from './no-mixing.ts';
import { oneOf } from './one-of.ts';
import type { Policy } from './policy.ts';

/**
 * The policy for a share of the batches, no mixing for the others.
 *
 * @throws {RangeError} for a probability outside [0, 1]
 */
export function withProbability(probability: number, policy: Policy): Policy {
  checkShare('withProbability', 'probability', probability);
  return oneOf([policy, noMixing], [probability, 1 - probability]);
}
