import { checkWhole } from '../check.ts';

/** How often each sample of a training set was predicted right: plain data. */
export interface CorrectnessHistory {
  /** [size] */
  readonly correct: Int32Array;
  /** Epochs that are finished. */
  readonly epochs: number;
}

/** The history before the first step. @param size samples of the training set @throws {RangeError} for no samples */
export function createCorrectnessHistory(size: number): CorrectnessHistory {
  checkWhole('createCorrectnessHistory', 'size', size);
  return { correct: new Int32Array(size), epochs: 0 };
}

function checkIds(caller: string, ids: ArrayLike<number>, size: number): void {
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    if (!Number.isInteger(id) || id < 0 || id >= size) throw new RangeError(`${caller}: ids[${i}] must be a whole number in [0, ${size}), got ${id}`);
  }
}

/**
 * The history after the step of a batch. The one that comes in is left alone.
 *
 * @param ids [n]: the samples' numbers in the training set
 * @param correct [n]: whether each was predicted right
 * @throws {RangeError} for an id out of range, lists of different lengths
 */
export function recordCorrectness(history: CorrectnessHistory, ids: ArrayLike<number>, correct: ArrayLike<number | boolean>): CorrectnessHistory {
  if (correct.length !== ids.length) throw new RangeError(`recordCorrectness: correct must be one for each of ${ids.length} ids, got ${correct.length}`);
  checkIds('recordCorrectness', ids, history.correct.length);
  const counts = history.correct.slice();
  for (let i = 0; i < ids.length; i++) counts[ids[i]!]! += Number(correct[i]);
  return { ...history, correct: counts };
}

/** The history after an epoch. */
export function finishEpoch(history: CorrectnessHistory): CorrectnessHistory {
  return { ...history, epochs: history.epochs + 1 };
}

/**
 * How often samples were right, (count − least) / (epochs − least) with the least count of the whole training set; the number of epochs is at least 1. 0 where nothing tells samples apart.
 *
 * @param ids [n]
 * @returns [n]
 * @throws {RangeError} for an id out of range
 */
export function correctnessOf({ correct, epochs }: CorrectnessHistory, ids: ArrayLike<number>): Float32Array {
  checkIds('correctnessOf', ids, correct.length);
  const least = correct.reduce((a, b) => Math.min(a, b), Infinity);
  const range = Math.max(epochs, 1) - least;
  return Float32Array.from({ length: ids.length }, (_, i) => (range === 0 ? 0 : (correct[ids[i]!]! - least) / range));
}
