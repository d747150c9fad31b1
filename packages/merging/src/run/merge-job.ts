import type { DType } from '@mixwell/tensor';
import type { MergeParameters } from '../parameters/resolve-parameter.ts';
import type { DictLabels, MergePolicies } from '../plan/plan-merge.ts';
import type { Arithmetic } from '../plan/values.ts';
import type { TensorPlaces } from '../sources/tensor-place.ts';
import type { JobMethod } from './job-method.ts';

/** A merge of some tensors of the result, by their names there. */
export interface MergePart extends MergeParameters {
  readonly base?: TensorPlaces;
  readonly models: readonly TensorPlaces[];
  /** Paths, for errors. */
  readonly labels?: DictLabels;
  /** `[models]` */
  readonly companions?: readonly TensorPlaces[];
  /** Where gradients take a tensor to be, in [0, 1]. */
  readonly layerPosition: (name: string) => number;
}

/** All that says what the result is. */
export interface MergeJob extends MergePolicies, JobMethod {
  /** Every one is a merge of its own, with statistics of its own; most results have one. */
  readonly parts: readonly MergePart[];
  readonly arithmetic?: Arithmetic;
  /** Of merged tensors. Default that of the base or first model. */
  readonly dtype?: DType;
}
