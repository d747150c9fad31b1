import type { Rng } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { readStep } from './evidence.ts';
import { noMixing } from './no-mixing.ts';
import { defineChoice, type Evidence, type Policy } from './policy.ts';

/**
 * A policy that changes with the step: `schedule((step) => mixup({ alpha: 1 - step / 1000 }))`. The batch has to have a `step`.
 *
 * @param needs what the policies read of the batch. Default: nothing
 */
export function schedule(policyAt: (step: number) => Policy, needs: readonly (keyof Evidence)[] = []): Policy {
  return defineChoice(['step', ...needs], (_, step) => policyAt(readStep('schedule', step)));
}

export interface EarlyStopOptions {
  /** The first step, from 0, that is not mixed: 0 mixes never, the number of all steps always. A whole number. */
  readonly stop: number;
  /** Draws a plan, and throws it away, while nothing is mixed: runs that stop at different steps then share the rest of their random numbers. Default false. */
  readonly alignRandom?: boolean;
}

/**
 * Early-stopped mixup: the policy while step < stop, no mixing afterwards. Nothing else of the training changes.
 *
 * Zou, Cao, Li, Gu, "The Benefits of Mixup for Feature Learning", ICML 2023, arXiv 2303.08433.
 *
 * @throws {RangeError} for a stop that is no whole number ≥ 0
 */
export function earlyStop(policy: Policy, { stop, alignRandom = false }: EarlyStopOptions): Policy {
  checkWhole('earlyStop', 'stop', stop, 0);
  const idle: Policy = alignRandom
    ? Object.assign((rng: Rng, batch: Parameters<Policy>[1]) => { policy(rng, batch); return noMixing(rng, batch); }, { needs: policy.needs ?? [] })
    : noMixing;
  return defineChoice(['step', ...(policy.needs ?? [])], (_, step) => (readStep('earlyStop', step) < stop ? policy : idle));
}

export interface LinearFadeOptions {
  /** First step of the fade, from 0. */
  readonly start: number;
  /** First step at which all is gone. */
  readonly end: number;
  /** Value up to `start`. Default 1. */
  readonly from?: number;
  /** Value from `end` on. Default 0. */
  readonly to?: number;
}

/**
 * A number that goes from `from` to `to` along a line between two steps. As a probability, `withProbability(linearFade({ start, end }), policy)`, it fades a policy out.
 *
 * @throws {RangeError} for steps that are no whole numbers ≥ 0, or an end before the start
 */
export function linearFade({ start, end, from = 1, to = 0 }: LinearFadeOptions): (step: number) => number {
  checkWhole('linearFade', 'start', start, 0);
  checkWhole('linearFade', 'end', end, start);
  for (const [name, value] of Object.entries({ from, to })) if (!Number.isFinite(value)) throw new RangeError(`linearFade: ${name} must be finite, got ${value}`);
  return (step) => {
    if (step < start) return from;
    if (step >= end) return to;
    return from + ((to - from) * (step - start)) / (end - start);
  };
}
