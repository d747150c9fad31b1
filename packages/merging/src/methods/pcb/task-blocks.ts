import type { TensorInputs } from '../../method.ts';
import { eachDeltaBlock } from '../task-vector/task-vector.ts';

/** A block of all task vectors in float32, in the kernel's memory. Its arrays hold until the visitor returns, who may write to them. */
export interface TaskBlock {
  /** Place of the first element in the inputs. */
  readonly start: number;
  readonly length: number;
  /** Zeros where there is no base. */
  readonly base: Float32Array;
  /** `[tasks][length]`: model − base. */
  readonly tau: readonly Float32Array[];
  /** `[tasks][length]`: room for scores. */
  readonly score: readonly Float32Array[];
  /** `[tasks][length]`: room for norms. */
  readonly norms: readonly Float32Array[];
  /** `[length]`: room for a sum over tasks. */
  readonly sum: Float32Array;
  /** `[length]`: room for sums over tasks. */
  readonly total: Float64Array;
  readonly mean: Float64Array;
}

const single = new Float32Array(0);

/** Length in bytes of so many numbers in whole groups of four. */
export const bytesOf = (length: number): number => (4 * length + 15) & ~15;

/** Task vectors of a tensor, block by block. */
export function eachTaskBlock(inputs: TensorInputs, visit: (block: TaskBlock) => void): void {
  const tasks = inputs.models.length;
  eachDeltaBlock(inputs, single, ({ start, length, base, deltas, extra, doubles: [total, mean] }) => {
    const rooms = extra as readonly Float32Array[];
    visit({
      start,
      length,
      base: base as Float32Array,
      tau: deltas as readonly Float32Array[],
      score: rooms.slice(0, tasks),
      norms: rooms.slice(tasks, 2 * tasks),
      sum: rooms[2 * tasks]!,
      total: total!,
      mean: mean!,
    });
  }, { extra: 2 * tasks + 1, doubles: 2 });
}
