import type { Rng } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import type { Step } from '../make-step.ts';
import type { TrainState } from '../train-state.ts';
import type { BatchPosition } from './batch.ts';
import type { Listener, Metrics } from './events.ts';
import { checkMonitor, type Monitor } from './monitor.ts';

/** What `prepare` may look at. */
export interface PrepareContext {
  /** A stream of its own for each step: a resumed run draws the same. */
  readonly rng: Rng;
  /** Before the step. Valid until the step. */
  readonly state: TrainState;
  readonly epoch: number;
  /** Steps done. */
  readonly step: number;
}

export interface CheckpointOptions {
  /** Made where it is missing. */
  readonly folder: string;
  /** Steps between checkpoints within an epoch; there is one at the end of each epoch in any case. Default: none within. */
  readonly every?: number;
  /** How many are kept, ≥ 1. Default 2, so that one is left should the newest be damaged. */
  readonly keep?: number;
  /** Go on from the newest checkpoint in the folder, if there is one. Default false: a folder that holds checkpoints is refused. */
  readonly resume?: boolean;
}

export interface FitOptions<Batch, Input> {
  /** Where to begin. It is consumed. */
  readonly state: TrainState;
  /** What `makeStep` gives, or a step of your own. */
  readonly step: Step<Input>;
  /** The batches of an epoch from `start` on, which have to depend on `{ epoch, start }` alone: `(at) => batches(dataset, { size, rng, ...at })`. */
  readonly batches: (at: BatchPosition) => Iterable<Batch> | AsyncIterable<Batch>;
  /** Whole number ≥ 1. */
  readonly epochs: number;
  /** Where all draws of steps and of `prepare` come from. It is not advanced. */
  readonly rng: Rng;
  /** Makes the step's input of a batch: tensors, disposed after the step. Default: every array of the batch as a tensor. */
  readonly prepare?: (batch: Batch, context: PrepareContext) => Input | Promise<Input>;
  /** Called after each epoch; it leaves the state alone. Default: no evaluation. */
  readonly evaluate?: (state: TrainState, at: { readonly epoch: number }) => Metrics | Promise<Metrics>;
  /** What to keep the best epoch by, and when to give up. Default: no best epoch, never. */
  readonly monitor?: Monitor;
  /** Default: no checkpoints. */
  readonly checkpoint?: CheckpointOptions;
  /** Who is told: `progress()`, `tensorBoard(folder)`, functions of your own. Default: nobody. */
  readonly on?: Listener | readonly Listener[];
  /** Ends training after the step under way, with a checkpoint where there are any. */
  readonly signal?: AbortSignal;
}

/** @throws {RangeError} naming the option */
export function checkOptions({ epochs, monitor, checkpoint }: Pick<FitOptions<never, never>, 'epochs' | 'monitor' | 'checkpoint'>): void {
  checkWhole('fit', 'epochs', epochs, 1);
  if (monitor) checkMonitor(monitor);
  if (checkpoint?.every !== undefined) checkWhole('fit', 'checkpoint.every', checkpoint.every, 1);
  if (checkpoint?.keep !== undefined) checkWhole('fit', 'checkpoint.keep', checkpoint.keep, 1);
}
