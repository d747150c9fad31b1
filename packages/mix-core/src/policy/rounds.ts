import { checkWhole } from '../check.ts';
import { stackPlans } from '../plan/stack-plans.ts';
import { definePolicy, type Policy } from './policy.ts';

/**
 * Several mixed copies of each image: the policy is drawn `count` times for the batch, each time anew, and the rows of its plans follow one another. Row r · batch + i is image i in round r.
 *
 * Noh, Park, Lee, Ham, "RankMixup", ICCV 2023, whose rounds are `rounds(mixup({ alpha: 2 }), 3)`.
 *
 * @throws {RangeError} for a count that is no whole number ≥ 1; when drawn, where rounds differ in form, as those of `oneOf` may
 */
export function rounds(policy: Policy, count: number): Policy {
  checkWhole('rounds', 'count', count);
  return definePolicy(policy.needs ?? [], (rng, batch) => stackPlans(Array.from({ length: count }, () => policy(rng, batch)), 'rounds'));
}
