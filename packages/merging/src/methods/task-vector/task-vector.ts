import { blockSize, eachRange, load, look, roomsLike } from '../../kernel/rooms.ts';
import { subtract } from '../../kernel/vectors.ts';
import type { TensorInputs, Values } from '../../method.ts';
import type { BlockSource } from '../../statistics/largest.ts';

/** A block of the base and of all task vectors. It holds until the visitor returns. */
export interface DeltaBlock {
  readonly start: number;
  readonly length: number;
  /** Zeros where there is no base. */
  readonly base: Values;
  /** `[models][length]`: model − base, for the visitor to change. */
  readonly deltas: readonly Values[];
  /** `[extra][length]`, room for the visitor. */
  readonly extra: readonly Values[];
  /** `[doubles][length]`, room for the visitor. */
  readonly doubles: readonly Float64Array[];
}

interface BlockOptions {
  readonly block?: number;
  readonly extra?: number;
  readonly doubles?: number;
}

/** Task vectors of a tensor in the precision of `like`, block by block; the visitor must not start another pass. */
export function eachDeltaBlock({ base, models }: TensorInputs, like: Values, visit: (block: DeltaBlock) => void, { block = blockSize, extra = 0, doubles = 0 }: BlockOptions = {}): void {
  const size = Math.min(block, models[0]!.length);
  const made = roomsLike(like, models.length + 1 + extra, doubles, size);
  const [origin, ...others] = made.rooms;
  origin!.fill(0);
  // differences of float64 numbers are taken before they are rounded
  const direct = like.constructor === models[0]!.constructor;
  eachRange(models[0]!.length, block, (start, length) => {
    const from = base ? look(origin!, base, start, length) : origin!.subarray(0, length);
    const deltas = models.map((model, i) => {
      const delta = others[i]!.subarray(0, length);
      if (!base) load(others[i]!, model, start, length);
      else if (direct) subtract(look(others[i]!, model, start, length), from, delta);
      else for (let e = 0; e < length; e++) delta[e] = model[start + e]! - base[start + e]!;
      return delta;
    });
    visit({
      start,
      length,
      base: from,
      deltas,
      extra: others.slice(models.length).map((room) => room.subarray(0, length)),
      doubles: made.doubles.map((room) => room.subarray(0, length)),
    });
  });
}

/** One task vector, block by block. */
export const taskVector = ({ models, ...inputs }: TensorInputs, i: number, block: number = blockSize): BlockSource => ({
  size: models[i]!.length,
  each: (visit) => eachDeltaBlock({ ...inputs, models: [models[i]!] }, models[i]!, ({ deltas, start }) => visit(deltas[0]!, start), { block }),
});
