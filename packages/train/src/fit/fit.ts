import type { Rng } from '@mixwell/tensor';
import type * as tf from '@tensorflow/tfjs-core';
import { createBreather } from '../breathe.ts';
import { saveCheckpoint } from '../checkpoint.ts';
import { snapshot, type TrainState } from '../train-state.ts';
import { disposeTree } from '../tree.ts';
import { epochLength, rowsOf, toTensors } from './batch.ts';
import type { EpochRecord, FitEvent, Metrics, StopReason } from './events.ts';
import { bestAfter, type BestEpoch, criterionOf, isOver } from './monitor.ts';
import { checkOptions, type FitOptions } from './options.ts';
import { bestPart, type BestState, type Progress, restoreNewest } from './restore.ts';
import { addMetrics, meansOf, noSums } from './running-mean.ts';

export interface FitResult {
  /** After the last step. It belongs to the caller, as does the state of the best epoch. */
  readonly state: TrainState;
  /** One record per epoch. */
  readonly history: readonly EpochRecord[];
  /** The best epoch by `monitor`; null without it, or before the first evaluation. */
  readonly best: (BestEpoch & { readonly state: BestState }) | null;
  readonly stopped: StopReason;
}

/** Training under way. */
interface Run<Batch, Input> {
  readonly options: FitOptions<Batch, Input>;
  readonly rng: Rng;
  readonly breathe: () => Promise<void>;
  state: TrainState;
  best: BestState | null;
  progress: Progress;
}

async function emit<B, I>({ options, state }: Run<B, I>, event: FitEvent): Promise<void> {
  const { on = [] } = options;
  for (const listener of typeof on === 'function' ? [on] : on) await listener(event, state);
}

/** Reads scalars, and disposes them. */
async function read(metrics: Readonly<Record<string, tf.Tensor>>): Promise<Metrics> {
  const names = Object.keys(metrics);
  const values = await Promise.all(names.map((name) => metrics[name]!.data()));
  disposeTree(metrics);
  return Object.fromEntries(names.map((name, i) => [name, values[i]![0]!]));
}

async function save<B, I>(run: Run<B, I>): Promise<void> {
  const { checkpoint } = run.options;
  if (!checkpoint) return;
  const { step } = run.progress;
  const tree = { ...run.state, ...(run.best ? { best: run.best } : {}) };
  const path = await saveCheckpoint(checkpoint.folder, step, tree, run.progress, checkpoint.keep ?? 2);
  await emit(run, { type: 'checkpoint', path, step });
}

/** Begins anew, or where the newest checkpoint ends. */
async function start<B, I>(options: FitOptions<B, I>): Promise<{ run: Run<B, I>; resumedFrom: string | undefined }> {
  const rng = options.rng.split('fit');
  const fresh: Progress = {
    epoch: 0, batch: 0, step: 0, batches: null, sums: noSums, seconds: 0, history: [], best: null, criterion: criterionOf(options.monitor), rng: rng.state(),
  };
  const run: Run<B, I> = { options, rng, breathe: createBreather(), state: options.state, best: null, progress: fresh };
  const onDamaged = (path: string, reason: string): Promise<void> => emit(run, { type: 'damaged', path, reason });
  const restored = options.checkpoint && await restoreNewest(options.checkpoint, options.state, fresh, onDamaged);
  if (restored) {
    disposeTree(run.state);
    Object.assign(run, { state: restored.state, best: restored.best, progress: restored.progress });
  } else {
    run.progress = { ...fresh, step: (await options.state.step.data())[0]! };
  }
  return { run, resumedFrom: restored?.path };
}

async function trainOn<B, I>(run: Run<B, I>, batch: B): Promise<{ rows: number; metrics: Metrics }> {
  const { options: { prepare, step }, rng, progress } = run;
  const context = { rng: rng.split('prepare').split(progress.step), state: run.state, epoch: progress.epoch, step: progress.step };
  const input = prepare ? await prepare(batch, context) : toTensors(batch) as I;
  const result = step(run.state, input, rng.split('step'));
  run.state = result.state;
  disposeTree(input as object);
  const metrics = await read(result.metrics);
  if (!Number.isFinite(metrics['loss'])) {
    const { step: at, batch: position, epoch } = progress;
    throw new Error(`fit: loss must be finite, got ${metrics['loss']} at step ${at}, batch ${position} of epoch ${epoch} (all counted from 0)`);
  }
  return { rows: rowsOf(batch), metrics };
}

/** The batches that are left of an epoch, and how many an epoch has, where it is known. */
function batchesOf<B, I>({ options, progress: { epoch, batch, batches: expected } }: Run<B, I>): { left: Iterable<B> | AsyncIterable<B>; count: number | null } {
  const left = options.batches({ epoch, start: batch });
  const count = epochLength(left, batch) ?? expected;
  // within an epoch, the number can only differ where it goes on from a checkpoint
  if (batch > 0 && expected !== null && count !== expected) throw new RangeError(`fit: batches must give ${expected} batches per epoch as before the checkpoint, got ${count}`);
  return { left, count };
}

/** Runs what is left of an epoch. Gives false where the signal ended it. */
async function runEpoch<B, I>(run: Run<B, I>): Promise<boolean> {
  const { options: { epochs, checkpoint, signal }, progress: { epoch, seconds } } = run;
  const { left, count } = batchesOf(run);
  const clock = performance.now() - seconds * 1000;
  for await (const item of left) {
    if (signal?.aborted) return false;
    const { rows, metrics } = await trainOn(run, item);
    const sums = addMetrics(run.progress.sums, metrics, rows);
    const [batch, step] = [run.progress.batch + 1, run.progress.step + 1];
    run.progress = { ...run.progress, batch, step, sums, batches: count, seconds: (performance.now() - clock) / 1000 };
    await emit(run, { type: 'step', epoch, epochs, batch, batches: count ?? undefined, step, rows, metrics, running: meansOf(sums) });
    if (checkpoint?.every && step % checkpoint.every === 0) await save(run);
    await run.breathe();
  }
  if (run.progress.batch === 0) throw new RangeError(`fit: batches must give at least one batch, got none in epoch ${epoch}`);
  return true;
}

/** Evaluates an epoch, and puts it on record. */
async function finishEpoch<B, I>(run: Run<B, I>): Promise<void> {
  const { options: { evaluate, monitor, epochs }, progress } = run;
  const { epoch, step, sums, seconds } = progress;
  const evaluation = evaluate ? await evaluate(run.state, { epoch }) : {};
  const record: EpochRecord = { epoch, step, train: meansOf(sums), evaluation, seconds, imagesPerSecond: sums.rows / seconds };
  const best = monitor ? bestAfter(monitor, progress.best, record) : null;
  const isBest = best?.epoch === epoch;
  if (isBest) {
    disposeTree(run.best);
    run.best = snapshot(bestPart(run.state));
  }
  run.progress = { ...progress, epoch: epoch + 1, batch: 0, batches: progress.batch, sums: noSums, seconds: 0, history: [...progress.history, record], best };
  await emit(run, { type: 'epoch', epochs, record, best: isBest });
  await save(run);
}

async function runAll<B, I>(run: Run<B, I>): Promise<StopReason> {
  const { epochs, monitor } = run.options;
  const isLost = (): boolean => monitor !== undefined && run.progress.epoch > 0 && isOver(monitor, run.progress.best, run.progress.epoch - 1);
  while (run.progress.epoch < epochs) {
    if (isLost()) return 'patience';
    if (!(await runEpoch(run))) {
      await save(run);
      return 'signal';
    }
    await finishEpoch(run);
  }
  return isLost() ? 'patience' : 'epochs';
}

/**
 * Trains: epochs of batches through a step, with evaluation, the best epoch kept, early stop, checkpoints and listeners. A run that was killed at any moment
 * and goes on from its checkpoint (`resume: true`) ends with the same numbers, bit by bit, as one that was not. Memory stays constant.
 *
 * @throws {RangeError} for bad options; a state, rng, monitor or batches that are not those of the checkpoint
 * @throws Error where the loss is no longer finite, naming step and epoch (the checkpoints stay), or a checkpoint cannot be written or read
 */
export async function fit<Batch, Input = Readonly<Record<string, tf.Tensor>>>(options: FitOptions<Batch, Input>): Promise<FitResult> {
  checkOptions(options);
  const { run, resumedFrom } = await start(options);
  try {
    const { epoch, step } = run.progress;
    await emit(run, { type: 'start', epochs: options.epochs, epoch, step, ...(resumedFrom === undefined ? {} : { resumedFrom }) });
    const stopped = await runAll(run);
    await emit(run, { type: 'end', stopped, step: run.progress.step });
    const { best, history } = run.progress;
    return { state: run.state, history, best: best && run.best && { ...best, state: run.best }, stopped };
  } catch (error) {
    await emit(run, { type: 'error', message: (error as Error).message }).catch(() => undefined); // the first error is the one to tell
    disposeTree([run.state, run.best]);
    throw error;
  }
}
