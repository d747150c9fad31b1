import type { HostTensor, RngState } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { type Checkpoint, listCheckpoints, loadNewestCheckpoint, removeTemporaries } from '../checkpoint.ts';
import type { TrainState } from '../train-state.ts';
import { leavesOf, mapLeaves } from '../tree.ts';
import type { EpochRecord } from './events.ts';
import type { BestEpoch } from './monitor.ts';
import type { CheckpointOptions } from './options.ts';
import type { Sums } from './running-mean.ts';

/** Where training stands, besides the tensors. Plain JSON. */
export interface Progress {
  /** Epoch under way, and how many of its batches are done. */
  readonly epoch: number;
  readonly batch: number;
  readonly step: number;
  /** Batches of an epoch, once it is known. */
  readonly batches: number | null;
  /** Metrics of the epoch so far, and the time it took. */
  readonly sums: Sums;
  readonly seconds: number;
  readonly history: readonly EpochRecord[];
  readonly best: BestEpoch | null;
  /** What the best epoch is chosen by. */
  readonly criterion: string;
  /** Which stream the draws come from. */
  readonly rng: RngState;
}

/** The values of the network at its best epoch. */
export type BestState = Pick<TrainState, 'params' | 'buffers' | 'ema'>;

export const bestPart = ({ params, buffers, ema }: TrainState): BestState => ({ params, buffers, ...(ema ? { ema } : {}) });

/** What a checkpoint holds. */
export interface Restored {
  readonly path: string;
  readonly state: TrainState;
  readonly best: BestState | null;
  readonly progress: Progress;
}

const describe = ({ dtype, shape }: { readonly dtype: string; readonly shape: readonly number[] }): string => `${dtype} [${shape.join(', ')}]`;

/** The tree, from the tensors of a file that have its names. @throws {RangeError} naming the first that does not fit */
function rebuild<T extends object>(tree: T, { path, tensors }: Checkpoint, prefix = ''): T {
  const host = (name: string, { dtype, shape }: tf.Tensor): HostTensor => {
    const found = tensors[name];
    if (!found) throw new RangeError(`fit: state must be that of the checkpoint ${path}, which has no ${name}`);
    const [there, here] = [describe(found), describe({ dtype, shape })];
    if (there !== here) throw new RangeError(`fit: state must be that of the checkpoint ${path}, where ${name} is ${there}, got ${here}`);
    return found;
  };
  const wanted = leavesOf(tree, prefix).map(([name, tensor]) => host(name, tensor));
  let next = 0;
  return mapLeaves(tree, () => toTf(wanted[next++]!), prefix);
}

function restore(checkpoint: Checkpoint, template: TrainState): Restored {
  const { path } = checkpoint;
  const progress = checkpoint.progress as Progress;
  const known = new Set([...leavesOf(template), ...leavesOf(bestPart(template), 'best')].map(([name]) => name));
  const surplus = Object.keys(checkpoint.tensors).find((name) => !known.has(name));
  if (surplus !== undefined) throw new RangeError(`fit: state must be that of the checkpoint ${path}, which also has ${surplus}`);
  const best = progress.best ? rebuild(bestPart(template), checkpoint, 'best') : null;
  return { path, state: rebuild(template, checkpoint), best, progress };
}

/**
 * The newest checkpoint, where training is to go on from one.
 *
 * @param fresh what progress would be without one
 * @throws {RangeError} for a state, rng or monitor that is not the checkpoint's, or checkpoints in the folder of a new training
 */
export async function restoreNewest(
  { folder, resume = false }: CheckpointOptions, template: TrainState, fresh: Progress, onDamaged: (path: string, reason: string) => Promise<void>,
): Promise<Restored | null> {
  if (!resume) {
    const [newest] = await listCheckpoints(folder);
    if (newest !== undefined) throw new RangeError(`fit: checkpoint.folder must hold no checkpoints (or say resume: true), got ${newest}`);
    return null;
  }
  await removeTemporaries(folder);
  const checkpoint = await loadNewestCheckpoint(folder, onDamaged);
  if (!checkpoint) return null;
  const { rng, criterion } = checkpoint.progress as Progress;
  const { path } = checkpoint;
  if (JSON.stringify(rng) !== JSON.stringify(fresh.rng)) throw new RangeError(`fit: rng must be that of the checkpoint ${path}, got another stream (another seed?)`);
  if (criterion !== fresh.criterion) throw new RangeError(`fit: monitor must be that of the checkpoint ${path}, ${criterion}, got ${fresh.criterion}`);
  return restore(checkpoint, template);
}
