import type { TensorInputs } from '../../method.ts';

/** Elements that are looked at together: all tasks' blocks stay in the cache. */
export const blockSize = 8192;

/** A block of all task vectors. Its arrays, each of `blockSize`, hold until the visitor returns, who may write to them. */
export interface TaskBlock {
  /** Place of the first element in the inputs. */
  readonly start: number;
  readonly length: number;
  /** `[tasks, blockSize]`: model − base. */
  readonly tau: readonly Float32Array[];
  /** `[tasks, blockSize]`, room for a score. */
  readonly score: readonly Float32Array[];
}

/** Task vectors of a tensor, block by block. */
export function eachTaskBlock({ base, models }: TensorInputs, visit: (block: TaskBlock) => void): void {
  const rows = (): Float32Array[] => models.map(() => new Float32Array(blockSize));
  const [tau, score] = [rows(), rows()];
  const size = models[0]!.length;
  for (let start = 0; start < size; start += blockSize) {
    const length = Math.min(blockSize, size - start);
    models.forEach((model, i) => {
      const row = tau[i]!;
      if (!base) row.set(model.subarray(start, start + length));
      else for (let e = 0; e < length; e++) row[e] = model[start + e]! - base[start + e]!;
    });
    visit({ start, length, tau, score });
  }
}
