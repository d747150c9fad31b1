import { checkAtLeast, checkWhole } from './check.ts';
import { type Schedule, warmedUp, type WarmUpOptions } from './schedule.ts';

export interface StepDecayOptions extends WarmUpOptions {
  /** The rate before the first milestone, ≥ 0. */
  readonly peak: number;
  /** Steps at which the rate is multiplied by gamma; rising. */
  readonly milestones: readonly number[];
  /** Default 0.1. */
  readonly gamma?: number;
}

/**
 * The rate drops by a factor at each milestone: peak · gamma ^ (number of milestones ≤ step). PyTorch's `MultiStepLR`, counted in steps.
 *
 * @throws {RangeError} for a rate or gamma < 0, or milestones that do not rise
 */
export function stepDecay({ peak, milestones, gamma = 0.1, warmup = 0 }: StepDecayOptions): Schedule {
  checkAtLeast('stepDecay', 'gamma', gamma, 0);
  milestones.forEach((milestone, i) => {
    checkWhole('stepDecay', `milestones[${i}]`, milestone, 0);
    if (i > 0 && milestone <= milestones[i - 1]!) throw new RangeError(`stepDecay: milestones must rise, got ${milestones.join(', ')}`);
  });
  const steps = [...milestones];
  return warmedUp('stepDecay', peak, warmup, (step) => peak * gamma ** steps.filter((milestone) => milestone <= step).length);
}
