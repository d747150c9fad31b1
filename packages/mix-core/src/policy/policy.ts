import type { HostTensor, Rng } from '@mixwell/tensor';
import type { LabelInput } from '../plan/mix-labels.ts';
import type { Plan } from '../plan/plan.ts';

/** What a policy may look at besides sizes. */
export interface Evidence {
  /** Which step of the training it is, from 0. */
  readonly step?: number;
  /** float32 [rows, height, width, channels] */
  readonly images?: HostTensor<'float32'>;
  /** [rows] class labels. */
  readonly labels?: LabelInput;
  /** [rows, dimensions] labels of a regression. */
  readonly targets?: HostTensor<'float32' | 'float64'>;
  /** [rows, height, width] ≥ 0: how important each pixel is, such as the size of a gradient, or a class activation map. */
  readonly saliency?: HostTensor<'float32' | 'float64'>;
  /** [rows, gridHeight, gridWidth] ≥ 0: attention that the class token pays to each patch, averaged over heads; or the last feature map of a CNN, averaged over channels. */
  readonly attention?: HostTensor<'float32' | 'float64'>;
}

/** What a policy has to know of a batch. */
export interface Batch extends Evidence {
  /** Images in the batch. */
  readonly rows: number;
  /** Size of the images. Policies that choose no places, such as mixup, do without. */
  readonly height?: number;
  readonly width?: number;
}

/**
 * Draws a plan for one batch. All of its randomness is the generator's, which it advances: the same state gives the same plan. Any function of this form is a policy;
 * what it needs besides sizes it says in `needs` (see `definePolicy`).
 */
export interface Policy {
  (rng: Rng, batch: Batch): Plan;
  /** What it reads of the batch besides sizes. Default: nothing. */
  readonly needs?: readonly (keyof Evidence)[];
  /** Of a policy that is one of several: draws which, as a call does before it goes on. `policy.choose(rng, step)(rng, batch)` is `policy(rng, batch)`. */
  readonly choose?: (rng: Rng, step?: number) => Policy;
}

/** A policy that reads `needs` of the batch. */
export function definePolicy(needs: readonly (keyof Evidence)[], draw: (rng: Rng, batch: Batch) => Plan): Policy {
  return Object.assign((rng: Rng, batch: Batch) => draw(rng, batch), { needs });
}

/**
 * A policy that hands each batch to another: `choose` draws which.
 *
 * @param needs what the others may read
 */
export function defineChoice(needs: readonly (keyof Evidence)[], choose: (rng: Rng, step?: number) => Policy): Policy {
  return Object.assign((rng: Rng, batch: Batch) => choose(rng, batch.step)(rng, batch), { needs: [...new Set(needs)], choose });
}

/**
 * The policy that a batch goes to, where `policy` is a switch, or a switch of switches; else the policy itself. It tells by its `needs` what has to be computed for this batch:
 *
 *     const chosen = choosePolicy(policy, rng, step);
 *     const plan = chosen(rng, chosen.needs?.includes('saliency') ? { ...batch, saliency: await map(x) } : batch);
 */
export function choosePolicy(policy: Policy, rng: Rng, step?: number): Policy {
  let chosen = policy;
  while (chosen.choose) chosen = chosen.choose(rng, step);
  return chosen;
}
