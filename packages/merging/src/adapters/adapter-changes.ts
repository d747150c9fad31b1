import { sizeOf, type StateDict } from '@mixwell/tensor';
import type { Described } from '../plan/plan-merge.ts';
import { quote } from '../sources/tensor-place.ts';
import type { AdapterConfig } from './adapter-config.ts';
import { adapterParts, type LowRankPart, type ScalePart } from './adapter-parts.ts';

/** What an adapter makes of one tensor of its base. */
export type AdapterChange<T> =
  /** W + scale · B A, of the matrix `[first axis, all others]`; its transpose where `isTransposed`. A `[rank, in]`, B `[out, rank]`. */
  | { readonly kind: 'low-rank'; readonly a: T; readonly b: T; readonly rank: number; readonly scale: number; readonly isTransposed: boolean }
  /** Every slice across `axis` times its element of `factor`. */
  | { readonly kind: 'scale'; readonly factor: T; readonly axis: number }
  /** Another tensor in its place. */
  | { readonly kind: 'whole'; readonly tensor: T };

const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

type Fail = (name: string, problem: string) => never;

function lowRankChange<T extends Described>({ module, a, b, isEmbedding }: LowRankPart<T>, { shape }: Described, { fanInFanOut, rankOf, scaleOf }: AdapterConfig, fail: Fail): AdapterChange<T> {
  const rank = rankOf(module);
  const [rows, columns] = [shape[0] ?? 1, sizeOf(shape.slice(1))];
  const [inputs, outputs] = [sizeOf(a.shape) / rank, b.shape[0]!];
  const [fits, fitsTransposed] = [rows === outputs && columns === inputs && !isEmbedding, shape.length === 2 && rows === inputs && columns === outputs];
  if (!fits && !fitsTransposed) fail(`${module}.weight`, `must have the shape of the product of lora_B ${text(b.shape)} and lora_A ${text(a.shape)}, got ${text(shape)}`);
  return { kind: 'low-rank', a, b, rank, scale: scaleOf(module), isTransposed: fits && fitsTransposed ? fanInFanOut : fitsTransposed };
}

/** The changes of weight and bias that (IA)³ makes of a module. Linear layers have a vector `[out, 1]` for outputs or `[1, in]` for inputs, convolutions `[1, units, 1, 1]` for both. */
function scaleChanges<T extends Described>({ module, factor }: ScalePart<T>, base: StateDict<Described>, { fanInFanOut, isFeedforward }: AdapterConfig, fail: Fail): [string, AdapterChange<T>][] {
  const { shape } = base[`${module}.weight`]!;
  const units = sizeOf(factor.shape);
  const long = factor.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  if (long.length > 1 || factor.shape.length !== shape.length) fail(`${module}.ia3_l`, `must be a vector with ${shape.length} axes, got ${text(factor.shape)}`);
  const isMatrix = shape.length === 2;
  const forInputs = isFeedforward(module) ?? (isMatrix && units > 1 ? long[0] === 1 : undefined);
  if (forInputs === undefined) return fail(`${module}.ia3_l`, 'may be of inputs or outputs: feedforward_modules must be a list of names');
  if (isMatrix && units > 1 && forInputs !== (long[0] === 1)) fail(`${module}.ia3_l`, `must have shape ${forInputs ? '[1, in]' : '[out, 1]'}, as feedforward_modules says, got ${text(factor.shape)}`);
  const axis = forInputs === (isMatrix && fanInFanOut) ? 0 : 1;
  if (shape[axis] !== units) fail(`${module}.ia3_l`, `must have ${shape[axis]} elements as axis ${axis} of ${module}.weight ${text(shape)}, got ${units}`);
  const bias = base[`${module}.bias`];
  if (bias && !forInputs && sizeOf(bias.shape) !== units) fail(`${module}.bias`, `must have ${units} elements, got ${text(bias.shape)}`);
  return [[`${module}.weight`, { kind: 'scale', factor, axis }], ...(bias && !forInputs ? [[`${module}.bias`, { kind: 'scale', factor, axis: 0 }] as [string, AdapterChange<T>] ] : [])];
}

/**
 * What an adapter makes of its base, by the names of the base.
 *
 * @throws {RangeError} naming the tensor where the base lacks a target or has it in another shape, and as `adapterParts`
 */
export function adapterChanges<T extends Described>(base: StateDict<Described>, tensors: StateDict<T>, config: AdapterConfig, where: string = 'adapter'): ReadonlyMap<string, AdapterChange<T>> {
  const fail: Fail = (name, problem) => {
    throw new RangeError(`${where}: ${quote(name)} ${problem}`);
  };
  const targetOf = (name: string): Described => (Object.hasOwn(base, name) ? base[name]! : fail(name, `must be in the base, which has it not; it has ${Object.keys(base).slice(0, 3).map(quote).join(', ')}`));
  const changes = new Map<string, AdapterChange<T>>();
  const add = (name: string, change: AdapterChange<T>): void => {
    if (changes.has(name)) fail(name, 'must be changed once, got several changes of it');
    changes.set(name, change);
  };
  for (const part of adapterParts(tensors, config, where)) {
    const name = part.kind === 'whole' ? part.target : `${part.module}.weight`;
    const { shape, dtype } = targetOf(name);
    if (!dtype.startsWith('float') && dtype !== 'bfloat16') fail(name, `must hold floats in the base, got ${dtype}: quantised bases are not supported`);
    if (part.kind === 'low-rank') add(name, lowRankChange(part, base[name]!, config, fail));
    else if (part.kind === 'scale') for (const [target, change] of scaleChanges(part, base, config, fail)) add(target, change);
    else {
      if (part.tensor.shape.join() !== shape.join()) fail(name, `must have shape ${text(shape)} as in the base, got ${text(part.tensor.shape)}`);
      add(name, { kind: 'whole', tensor: part.tensor });
    }
  }
  return changes;
}
