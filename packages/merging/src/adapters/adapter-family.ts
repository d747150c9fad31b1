import { stateDict } from '@mixwell/tensor';
import type { Checkpoint, TensorPlace, TensorPlaces } from '../sources/tensor-place.ts';
import { adapterParts } from './adapter-parts.ts';

/** A tensor of ones or zeros for every one of an adapter. */
export function constantBase(adapter: TensorPlaces, type: 'lora' | 'ia3'): TensorPlaces {
  return stateDict(Object.entries(adapter).map(([name, { dtype, shape }]): [string, TensorPlace] => [name, { dtype, shape, constant: type === 'lora' ? 0 : 1 }]));
}

/** How every part of an adapter is applied, by its module. */
function waysOf({ path, tensors, adapter }: Checkpoint): ReadonlyMap<string, string> {
  return new Map(adapterParts(tensors, adapter!, path).flatMap((part) => {
    if (part.kind === 'whole') return [];
    const { module } = part;
    return [[module, part.kind === 'scale' ? `feedforward ${adapter!.isFeedforward(module) ?? 'unknown'}` : `rank ${adapter!.rankOf(module)}, scale ${adapter!.scaleOf(module)}`] as const];
  }));
}

/**
 * Which kind of adapters models are that are to be merged among themselves; undefined where none is an adapter.
 *
 * @param method.base whether the method takes a base, which is 0 (LoRA) or 1 ((IA)³) everywhere
 * @throws {RangeError} where only some are adapters, they are of different kinds, ranks or scales, or hold whole tensors, whose base is another
 */
export function adapterFamily(models: readonly Checkpoint[], method: { readonly name: string; readonly base: 'required' | 'optional' | 'none' }): 'lora' | 'ia3' | undefined {
  const [first] = models;
  const fail = (problem: string): never => {
    throw new RangeError(`${method.name}: ${problem}; 'base+adapter' merges models with their adapters in them`);
  };
  if (!first || models.every(({ adapter }) => adapter === undefined)) return undefined;
  const other = models.find(({ adapter }) => adapter?.type !== first.adapter?.type);
  if (other) fail(`models must all be adapters of one kind or none, got ${first.path} (${first.adapter?.type ?? 'none'}) and ${other.path} (${other.adapter?.type ?? 'none'})`);
  const ways = waysOf(first);
  for (const model of models) {
    if (method.base !== 'none') {
      const whole = adapterParts(model.tensors, model.adapter!, model.path).find((part) => part.kind === 'whole');
      if (whole) fail(`adapters must not hold whole tensors, whose base is not ${first.adapter!.type === 'lora' ? 0 : 1}, got ${whole.target} in ${model.path}`);
    }
    for (const [module, way] of waysOf(model)) {
      const wanted = ways.get(module);
      if (wanted !== undefined && wanted !== way) fail(`adapters must be applied alike, got ${module} with ${wanted} in ${first.path} and ${way} in ${model.path}`);
    }
    if (model.adapter!.fanInFanOut !== first.adapter!.fanInFanOut) fail(`adapters must have one fan_in_fan_out, got others in ${first.path} and ${model.path}`);
  }
  return first.adapter!.type;
}
