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

/** Below it a norm counts as 0 and nothing is rescaled. */
const leastNorm = 1e-7;

function l1(block: Values): number {
  let sum = 0;
  for (let e = 0; e < block.length; e++) sum += Math.abs(block[e]!);
  return sum;
}

/** Scales what is kept so that the whole vector has the L1 norm it had before. */
export function keepL1(vector: BlockSource, sparsify: Sparsify): Sparsify {
  let [before, after] = [0, 0];
  vector.each((delta, start) => {
    before += l1(delta);
    sparsify(delta, start);
    after += l1(delta);
  });
  if (before < leastNorm || after < leastNorm) return sparsify;
  const factor = before / after;
  return (delta, start) => {
    sparsify(delta, start);
    for (let e = 0; e < delta.length; e++) delta[e] = delta[e]! * factor;
  };
}
