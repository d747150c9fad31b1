import type { DType, StateDict } from '@mixwell/tensor';

/** Where the elements of a tensor are: plain data, which threads can be given. */
export type TensorPlace = StoredTensor | ConstantTensor;

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

export const isStored = (place: TensorPlace): place is StoredTensor => 'file' in place;

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
  /** The folder that is the checkpoint, with its configuration and tokenizer; null where a file was asked for. */
  readonly folder: string | null;
}

/** A name in an error; hostile ones may be long. */
export const quote = (text: string): string => JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
