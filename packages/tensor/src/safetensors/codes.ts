import type { DType } from '../dtype.ts';

/** The names of the element types in safetensors files, in the order in which the reference implementation writes tensors: each begins at a multiple of its element size. */
export const safetensorsCodes: { readonly [D in DType]: string } = {
  int64: 'I64',
  float64: 'F64',
  float32: 'F32',
  int32: 'I32',
  bfloat16: 'BF16',
  float16: 'F16',
  int16: 'I16',
  int8: 'I8',
  uint8: 'U8',
  bool: 'BOOL',
};

const dtypes = Object.keys(safetensorsCodes) as DType[];

/** The element type of a name in a file; undefined for one that Mixwell does not read. */
export const dtypeOfCode = (code: string): DType | undefined => dtypes.find((dtype) => safetensorsCodes[dtype] === code);

/** Place of an element type in that order. */
export const writingOrder = (dtype: DType): number => dtypes.indexOf(dtype);
