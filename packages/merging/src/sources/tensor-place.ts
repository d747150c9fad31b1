import type { DType, StateDict } from '@mixwell/tensor';
import type { AdapterConfig } from '../adapters/adapter-config.ts';
import type { AdapterChange } from '../adapters/adapter-changes.ts';

/** Where the elements of a tensor are: plain data, which threads can be given. */
export type TensorPlace = StoredTensor | ConstantTensor | AdaptedTensor;

export interface StoredTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** Path of the file. */
  readonly file: string;
  /** First byte, and the first one behind. */
  readonly begin: number;
  readonly end: number;
  /** Whole numbers, or the bits of 16-bit floats, as protobuf packs them. Else the elements lie as they are in memory, little-endian. */
  readonly varints?: true;
}

/** A tensor that is nowhere: all its elements are the same, as in the base of an adapter. */
export interface ConstantTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly constant: number;
}

/** A tensor with what an adapter makes of it, which is computed where it is read. */
export interface AdaptedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly of: TensorPlace;
  readonly change: Exclude<AdapterChange<TensorPlace>, { readonly kind: 'whole' }>;
}

export const isStored = (place: TensorPlace): place is StoredTensor => 'file' in place;

/** Every file that elements of a tensor are in. */
export function filesOfPlace(place: TensorPlace): readonly string[] {
  if (isStored(place)) return [place.file];
  if (!('change' in place)) return [];
  const { of, change } = place;
  return [of, ...(change.kind === 'scale' ? [change.factor] : [change.a, change.b])].flatMap(filesOfPlace);
}

/** Tensors of a model in files. */
export type TensorPlaces = StateDict<TensorPlace>;

/** A model in files, of which only names, types, shapes and places are in memory. */
export interface Checkpoint {
  /** As it was asked for. */
  readonly path: string;
  /** The file that says what the checkpoint holds: a model, or an index of shards. */
  readonly file: string;
  readonly format: 'safetensors' | 'onnx';
  readonly tensors: TensorPlaces;
  /** Of the file, or of the first shard. */
  readonly metadata: Readonly<Record<string, string>>;
  /** How it is applied, where it is an adapter of PEFT. */
  readonly adapter?: AdapterConfig;
  /** The folder that is the checkpoint, with its configuration and tokenizer; null where a file was asked for. */
  readonly folder: string | null;
}

/** A name in an error; hostile ones may be long. */
export const quote = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
