// Ainsworth, Hayase, Srinivasa, "Git Re-Basin: Merging Models modulo Permutation Symmetries", ICLR 2023, arXiv 2209.04836, section 3.2, algorithm 1.
import { type HostTensor, permutation, type Rng, type StateDict } from '@mixwell/tensor';
import { assign, gain } from './assign.ts';
import { addSimilarity, axisView } from './axis-view.ts';
import { countOf, type PermutationSpec, unitsOf } from './permutation-spec.ts';
import { permuteTensor } from './permute-units.ts';

export interface WeightMatchingOptions {
  readonly spec: PermutationSpec;
  /** What to be like. */
  readonly a: StateDict<HostTensor>;
  /** Whose units move. */
  readonly b: StateDict<HostTensor>;
  /** Of the order in which sets of units are visited. */
  readonly rng: Rng;
  /** Most visits of every set. Default 100. */
  readonly sweeps?: number;
}

/** One axis of one tensor. */
interface Place {
  readonly name: string;
  readonly axis: number;
}

/** Statistics of data, not weights: they move along, but have no say. */
const isStatistic = (name: string): boolean => name.endsWith('.running_mean') || name.endsWith('.running_var');

/** Axes by the units that permute them, and how many units those are: as long as the shortest of these axes. */
function placesOf({ spec, a, b }: WeightMatchingOptions): { readonly places: ReadonlyMap<string, readonly Place[]>; readonly sizes: ReadonlyMap<string, number> } {
  const [places, sizes] = [new Map<string, Place[]>(), new Map<string, number>()];
  for (const [name, axes] of Object.entries(spec)) {
    const [one, other] = [a[name], b[name]];
    if (one?.shape.length !== axes.length || one.shape.join() !== other?.shape.join()) {
      throw new RangeError(`weightMatching: ${name} must have ${axes.length} axes and one shape in a and b, got ${[one, other].map((tensor) => (tensor ? `[${tensor.shape.join(', ')}]` : 'none')).join(' and ')}`);
    }
    axes.forEach((entry, axis) => {
      const units = unitsOf(entry);
      if (units === null) return;
      sizes.set(units, Math.min(sizes.get(units) ?? Infinity, countOf(entry, one.shape[axis]!)));
      if (!isStatistic(name)) places.set(units, [...(places.get(units) ?? []), { name, axis }]);
    });
  }
  return { places, sizes };
}

/**
 * Permutes the hidden units of b so that its weights come as close to those of a as coordinate descent gets: for one set of units after the other the best assignment, all
 * others held, until none improves. Then the two can be averaged: `mergeStateDicts('linear', { models: [a, permuteUnits(spec, b, found)] })`.
 *
 * @returns for `permuteUnits`
 * @throws {RangeError} where tensors are missing or do not fit the spec
 */
export function weightMatching(options: WeightMatchingOptions): Readonly<Record<string, Int32Array>> {
  const { spec, a, b, rng, sweeps = 100 } = options;
  const { places, sizes } = placesOf(options);
  const found: Record<string, Int32Array> = Object.fromEntries([...places.keys()].map((units) => [units, Int32Array.from({ length: sizes.get(units)! }, (_, u) => u)]));
  const names = Object.keys(found);

  const improve = (units: string): boolean => {
    const size = sizes.get(units)!;
    const similarity = new Float64Array(size * size);
    for (const { name, axis } of places.get(units)!) {
      const view = axisView(name, a[name]!, axis, spec[name]![axis]!, size);
      addSimilarity(similarity, a[name]!.data as Float32Array, permuteTensor(name, b[name]!, spec, found, axis) as Float32Array, view);
    }
    const order = assign(similarity, size);
    const before = gain(similarity, found[units]!);
    if (!(gain(similarity, order) > before + 1e-9 * Math.abs(before))) return false;
    found[units] = order;
    return true;
  };

  for (let sweep = 0; sweep < sweeps; sweep++) {
    const improved = Array.from(permutation(rng, names.length), (k) => improve(names[k]!));
    if (!improved.includes(true)) break;
  }
  return found;
}
