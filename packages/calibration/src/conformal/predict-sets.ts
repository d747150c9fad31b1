import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { ArrayInput, Predictions } from '../inputs/predictions.ts';
import { probabilityMatrix } from '../inputs/softmax.ts';
import { drawsOf, type Randomness, scoreMatrix } from './conformal-scores.ts';
import { type ConformalCalibrator, readGroups } from './fit-conformal.ts';

export interface PredictSetsOptions {
  /** The u of APS and RAPS; give one if `fitConformal` had one. */
  readonly random?: Randomness;
  /** A set without any class, which says "like nothing seen before": false puts the most probable class into it. Default true. */
  readonly allowEmpty?: boolean;
  /** `[n]` groups, for a calibrator that was fitted by group. */
  readonly groups?: ArrayInput;
}

/** The largest score that is let in, per row and class. */
function limitOf({ by, quantiles }: ConformalCalibrator, rows: number, groups: ArrayInput | undefined): (row: number, k: number) => number {
  const limits = quantiles.map((q) => q ?? Infinity);
  if (by === 'all') return () => limits[0]!;
  if (by === 'class') return (_, k) => limits[k]!;
  if (groups === undefined) throw new RangeError('predictSets: groups must be given: the calibrator was fitted by group');
  const group = readGroups(groups, rows, 'predictSets');
  return (row) => limits[group[row]!] ?? Infinity; // of a group never seen nothing can be left out
}

/**
 * The classes that may be the right one, per sample: 1 where a class is in the set.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @returns `[n, classes]` of 0 and 1
 * @throws {RangeError} naming the first bad row or argument
 */
export function predictSets(calibrator: ConformalCalibrator, predictions: Predictions, options: PredictSetsOptions = {}): HostTensor<'uint8'> {
  const name = 'predictSets';
  const { random, allowEmpty = true, groups } = options;
  const matrix = probabilityMatrix(predictions, name);
  const { rows, columns } = matrix;
  if (columns !== calibrator.classes) throw new RangeError(`${name}: predictions must have the calibrator's ${calibrator.classes} classes, got ${columns}`);
  const best = Int32Array.from({ length: rows }, (_, n) => {
    const row = matrix.values.subarray(n * columns, (n + 1) * columns);
    return row.indexOf(row.reduce((a, b) => Math.max(a, b)));
  });
  const { values } = scoreMatrix(matrix, drawsOf(random, rows, name), calibrator.score);
  const limit = limitOf(calibrator, rows, groups);
  const sets = new Uint8Array(rows * columns);
  for (let n = 0; n < rows; n++) {
    let size = 0;
    for (let k = 0; k < columns; k++) size += sets[n * columns + k] = values[n * columns + k]! <= limit(n, k) ? 1 : 0;
    if (size === 0 && !allowEmpty) sets[n * columns + best[n]!] = 1;
  }
  return hostTensor('uint8', [rows, columns], sets);
}
