import type { ParameterSpecs, ResolvedParameters } from './parameters/parameter-spec.ts';

/** Elements of a tensor in the precision of the arithmetic. */
export type Values = Float32Array | Float64Array;

/** One tensor of the base and of every model, all of one shape, or the same range of each. */
export interface TensorInputs {
  readonly name: string;
  /** Of the whole tensor. */
  readonly shape: readonly number[];
  /** Place of the first element given here in the whole tensor. 0 unless the method is elementwise. */
  readonly offset: number;
  /** Absent where the method needs none; without it a task-vector method takes the models for task vectors. */
  readonly base?: Values;
  /** `[models]`, each as long as `base`. */
  readonly models: readonly Values[];
  /** `[models]`: what the method asks for besides weights, as Fisher's diagonals (same shape) and RegMean's Gram matrices. */
  readonly companions?: readonly Values[];
}

/** What is known of all tensors together: results of the scans by name, plain data that a structured clone carries. */
export type Statistics = Readonly<Record<string, unknown>>;

/**
 * One pass over all tensors that are merged. Counts, extremes and whole-number sums only: `fold` and `combine` give the same in any order and any split,
 * so that shards, ranges and workers never change a bit.
 */
export interface Scan<Partial = unknown> {
  /** What its result is called in the statistics. */
  readonly name: string;
  /** An empty partial. `found` holds the results of the scans before. */
  readonly start: (models: number, found: Statistics) => Partial;
  /** Takes a tensor, or a range of it, into a partial, in place. */
  readonly fold: (partial: Partial, inputs: TensorInputs, found: Statistics) => void;
  /** Takes another partial of this scan into `into`, in place. */
  readonly combine: (into: Partial, from: Partial) => void;
  /** The result. @throws {RangeError} where the method cannot go on */
  readonly finish: (partial: Partial, found: Statistics) => unknown;
}

/** A merging method as data. */
export interface MergeMethod<Specs extends ParameterSpecs = ParameterSpecs> {
  readonly name: string;
  /** 'none': a base is used for shapes and for what is copied, never for values. */
  readonly base: 'required' | 'optional' | 'none';
  /** Fewest and most models. */
  readonly models: readonly [number, number];
  readonly companions?: { readonly what: string; readonly shape: (shape: readonly number[]) => readonly number[] | undefined };
  readonly parameters: Specs;
  /** Whether ranges of a tensor may be merged one by one. */
  readonly elementwise: (parameters: ResolvedParameters<Specs>) => boolean;
  /** Passes before the merge, in this order; each sees the results of those before. Only parameters that are one for the whole merge have a say. */
  readonly scans?: (parameters: ResolvedParameters<Specs>) => readonly Scan[];
  /** Writes the merged tensor to `out`, which is as long as each input and none of them. */
  readonly merge: (inputs: TensorInputs, parameters: ResolvedParameters<Specs>, statistics: Statistics, out: Values) => void;
  /** `[models]`: how many elements of each model's task vector have a say, where the method chooses them. For reports. */
  readonly kept?: (inputs: TensorInputs, parameters: ResolvedParameters<Specs>, statistics: Statistics) => readonly number[];
}

/** Keeps the types of a method's parameters inside of it and hides them outside. */
export function defineMethod<const Specs extends ParameterSpecs>(method: MergeMethod<Specs>): MergeMethod {
  return method as unknown as MergeMethod;
}
