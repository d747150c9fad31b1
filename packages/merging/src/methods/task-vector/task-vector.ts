import type { TensorInputs, Values } from '../../method.ts';
import type { BlockSource } from '../../statistics/largest.ts';

/** Elements that are looked at together, so that they stay in the cache. */
export const blockSize = 8192;

export const valuesLike = (values: Values, length: number): Values => (values instanceof Float32Array ? new Float32Array(length) : new Float64Array(length));

/** model − base from `start` on, in the precision of the model. */
export function subtractBase(into: Values, model: Values, base: Values | undefined, start: number): void {
  if (!base) into.set(model.subarray(start, start + into.length));
  else for (let e = 0; e < into.length; e++) into[e] = model[start + e]! - base[start + e]!;
}

/** Calls with the start and length of every block. */
export function eachRange(size: number, block: number, visit: (start: number, length: number) => void): void {
  for (let start = 0; start < size; start += block) visit(start, Math.min(block, size - start));
}

/** A task vector, block by block. */
export function taskVector({ base, models }: TensorInputs, i: number, block: number = blockSize): BlockSource {
  const model = models[i]!;
  const room = valuesLike(model, Math.min(block, model.length));
  return {
    size: model.length,
    each: (visit) => eachRange(model.length, block, (start, length) => {
      const delta = room.subarray(0, length);
      subtractBase(delta, model, base, start);
      visit(delta, start);
    }),
  };
}
