import { stateDict } from '@mixwell/tensor';
import type { TensorPlaces } from '../sources/tensor-place.ts';
import { isBeforeLayers, layerOf } from '../parameters/layer-positions.ts';

/** Which tensors of a model go into a slice, and where their layers come. */
export interface Slice {
  readonly layerRange: readonly [number, number];
  /** Number that the first of the layers has in the result. */
  readonly offset: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/** The stack of layers that slices are of. @throws {RangeError} where there is not one */
function stackOf(names: readonly string[], model: string): string {
  const stacks = [...new Set(names.flatMap((name) => layerOf(name)?.stack ?? []))];
  if (stacks.length !== 1) throw new RangeError(`recipe: slices: a model must have one stack of layers, got ${stacks.length === 0 ? 'none' : stacks.slice(0, 4).join(', ')} in ${model}; modules take them one by one`);
  return stacks[0]!;
}

/** The tensors of a slice by their names in the result: its layers under their new numbers; before the first slice what comes before all layers, behind the last one what else is there. */
export function slicePlaces(tensors: TensorPlaces, model: string, { layerRange: [from, to], offset, isFirst, isLast }: Slice): TensorPlaces {
  const names = Object.keys(tensors);
  const stack = stackOf(names, model);
  const layers = names.flatMap((name) => layerOf(name)?.layer ?? []);
  const count = layers.reduce((most, layer) => Math.max(most, layer), -1) + 1;
  if (to > count) throw new RangeError(`recipe: slices: layer_range must be within [0, ${count}], got [${from}, ${to}] of ${model}`);
  return stateDict(names.flatMap((name) => {
    const found = layerOf(name);
    if (!found) return (isBeforeLayers(name) ? isFirst : isLast) ? [[name, tensors[name]!] as const] : [];
    return found.layer >= from && found.layer < to ? [[`${stack}${found.layer - from + offset}${found.rest}`, tensors[name]!] as const] : [];
  }));
}
