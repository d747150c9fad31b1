import type { Rng } from '@mixwell/tensor';
import type { Plan } from '../plan/plan.ts';

/** What a policy has to know of a batch. */
export interface BatchSize {
  /** Images in the batch. */
  readonly rows: number;
  readonly height: number;
  readonly width: number;
}

/** Draws a plan for one batch. All of its randomness is the generator's, which it advances: the same state gives the same plan. */
export type Policy = (rng: Rng, batch: BatchSize) => Plan;
