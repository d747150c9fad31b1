import type { StateDict } from '@mixwell/tensor';
import type { StoredTensor } from '../sources/tensor-place.ts';

/** A file that a merge writes. */
export interface OutputFile {
  /** Inside of the output's folder. */
  readonly name: string;
  readonly size: number;
  /** What it is before tensors are written into it: these bytes at its beginning, or a copy of another file. */
  readonly begins: { readonly header: Uint8Array } | { readonly copyOf: string };
}

/** What a merge writes: files of known size, in which every tensor has a place, so that tensors can be written in any order. */
export interface OutputPlan {
  readonly files: readonly OutputFile[];
  /** `file` is a name inside of the output's folder. */
  readonly places: StateDict<StoredTensor>;
  /** Further small files: their names and what they hold. */
  readonly texts: readonly (readonly [name: string, text: string])[];
}
