import type { DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Value } from '../graph/value.ts';

/** What a data id stands for. */
export interface Entry {
  readonly value: Value;
  /** References to the data id, as TensorFlow.js counts them. */
  references: number;
  /** The parts of a complex tensor; its value is unused. */
  readonly complex: { readonly real: TensorInfo; readonly imag: TensorInfo } | null;
}

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Elements as the typed array of their type; strings and others are left as they are. */
export function typed<T extends object>(values: T, dtype: DataType): T | Float32Array | Int32Array | Uint8Array {
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') return values;
  const array = ARRAYS[dtype];
  return values instanceof array ? values : array.from(values as unknown as ArrayLike<number>);
}
