import type { TrainState } from '../train-state.ts';

/** Metrics by name. */
export type Metrics = Readonly<Record<string, number>>;

/** What one epoch gave. Plain JSON. */
export interface EpochRecord {
  /** Counted from 0. */
  readonly epoch: number;
  /** Steps done since the beginning of training. */
  readonly step: number;
  /** Metrics of the step, averaged over the rows of the epoch. */
  readonly train: Metrics;
  /** What `evaluate` gave; empty without it. */
  readonly evaluation: Metrics;
  /** Time of the steps, without evaluation. */
  readonly seconds: number;
  /** Rows of batches per second of that time. */
  readonly imagesPerSecond: number;
}

/** Why a fit ended: all epochs done, no better epoch for so long, or its signal. */
export type StopReason = 'epochs' | 'patience' | 'signal';

/** A step is done. */
export interface StepEvent {
  readonly type: 'step';
  readonly epoch: number;
  readonly epochs: number;
  /** Batches done in this epoch. */
  readonly batch: number;
  /** Batches of an epoch, where it is known. */
  readonly batches: number | undefined;
  readonly step: number;
  readonly rows: number;
  /** Of this step alone. */
  readonly metrics: Metrics;
  /** Averaged over the rows of the epoch so far. */
  readonly running: Metrics;
}

/** What `fit` tells its listeners. */
export type FitEvent =
  /** Training begins, or goes on from a checkpoint. */
  | { readonly type: 'start'; readonly epochs: number; readonly epoch: number; readonly step: number; readonly resumedFrom?: string }
  | StepEvent
  | { readonly type: 'epoch'; readonly epochs: number; readonly record: EpochRecord; readonly best: boolean }
  | { readonly type: 'checkpoint'; readonly path: string; readonly step: number }
  /** A checkpoint that cannot be read was passed over in favour of the one before. */
  | { readonly type: 'damaged'; readonly path: string; readonly reason: string }
  | { readonly type: 'end'; readonly stopped: StopReason; readonly step: number }
  /** Training failed; `fit` throws that error next. */
  | { readonly type: 'error'; readonly message: string };

/** Is told what happens, and waited for. The state is valid until it returns: the next step consumes it (`snapshot` keeps it). */
export type Listener = (event: FitEvent, state: TrainState) => void | Promise<void>;
