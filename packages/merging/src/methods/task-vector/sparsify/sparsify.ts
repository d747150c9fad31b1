import { createRng } from '@mixwell/tensor';
import { type Key, scale, sumMagnitudes } from '../../../kernel/vectors.ts';
import type { Values } from '../../../method.ts';
import { oneOf, type ParameterSpec } from '../../../parameters/parameter-spec.ts';
import type { BlockSource } from '../../../statistics/largest.ts';

/** Zeroes what is dropped of a block of a task vector, in place, and scales the rest. `start` is the block's place in the tensor. */
export type Sparsify = (delta: Values, start: number) => void;

/** How what is kept makes up for what is dropped. */
export type Rescale = 'l1' | 'probability' | 'none';

/** `true` is 'l1', `false` 'none'. */
export function rescaleParameter(fallback: Rescale): ParameterSpec<Rescale | boolean, 'tensor'> {
  const { rule, holds, ...spec } = oneOf('tensor', ['l1', 'probability', 'none'], fallback);
  return { ...spec, rule: `${rule}, true or false`, holds: (x): x is Rescale | boolean => typeof x === 'boolean' || holds(x) };
}

export const rescaleOf = (given: Rescale | boolean): Rescale => (given === true ? 'l1' : given || 'none');

/** What the random bits of a model's tensor are made of: the same in any order and any split. */
export function maskKey(seed: number, name: string, model: number): Key {
  const rng = createRng(seed).split(name).split(model);
  return [rng.next() | 0, rng.next() | 0];
}

/** Below it a norm counts as 0 and nothing is rescaled. */
const leastNorm = 1e-7;

/** Scales what is kept so that the whole vector has the L1 norm it had before. */
export function keepL1(vector: BlockSource, sparsify: Sparsify): Sparsify {
  let [before, after] = [0, 0];
  vector.each((delta, start) => {
    before += sumMagnitudes(delta);
    sparsify(delta, start);
    after += sumMagnitudes(delta);
  });
  if (before < leastNorm || after < leastNorm) return sparsify;
  const factor = before / after;
  return (delta, start) => {
    sparsify(delta, start);
    scale(delta, factor);
  };
}
