/**
 * An ONNX model as plain data. Names follow ONNX's own (onnx.proto); what the format leaves optional is optional here.
 */

/**
 * Element types, by the names that ONNX Runtime's JavaScript API uses where it has one. float16 and bfloat16 are held as their 16 bits, floats of 8 bits as
 * those; of elements of 4 and 2 bits two and four are held in one byte, the first in its low bits; a complex number is two elements.
 */
export type OnnxType =
  | 'float32' | 'uint8' | 'int8' | 'uint16' | 'int16' | 'int32' | 'int64' | 'string' | 'bool' | 'float16' | 'float64' | 'uint32' | 'uint64' | 'bfloat16'
  | 'complex64' | 'complex128' | 'float8e4m3fn' | 'float8e4m3fnuz' | 'float8e5m2' | 'float8e5m2fnuz' | 'float8e8m0'
  | 'uint4' | 'int4' | 'float4e2m1' | 'uint2' | 'int2';

/** Elements of a tensor: those of a type that JavaScript has no array for are held as `OnnxType` says. */
export type OnnxData =
  | Float32Array | Float64Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array | readonly string[];

/** What a part of a file has that is not known here, as it was: it is written back. */
export interface OnnxUnknown {
  /** Fields of protobuf. */
  readonly unknown?: Uint8Array;
}

export interface OnnxTensor extends OnnxUnknown {
  readonly name: string;
  readonly dtype: OnnxType;
  readonly dims: readonly number[];
  readonly data: OnnxData;
}

/**
 * An attribute. JavaScript has one type of number, so a bare number is an integer and a float says so: `{ float: 0.5 }`, `{ floats: [0.5] }`.
 * A bare array is of integers. A bigint stands for an integer beyond 2⁵³.
 */
export type OnnxAttribute =
  | number | bigint | string
  | readonly (number | bigint)[]
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly tensors: readonly OnnxTensor[] }
  | { readonly graph: OnnxGraph }
  | { readonly graphs: readonly OnnxGraph[] }
  /** In a function: the attribute of that name of the node that calls it. `type` is the number of the attribute's type. */
  | { readonly reference: string; readonly type: number }
  /** Of another kind (types, sparse tensors, text that is no UTF-8): the attribute, its name included, as protobuf. */
  | { readonly encoded: Uint8Array };

export interface OnnxNode extends OnnxUnknown {
  readonly op: string;
  /** An empty name stands for an optional operand that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs?: Readonly<Record<string, OnnxAttribute>>;
  /** Default '', ONNX's own operators. */
  readonly domain?: string;
  readonly name?: string;
  readonly doc?: string;
}

/** Type and shape of an input, an output or a value between. */
export interface OnnxValueInfo extends OnnxUnknown {
  readonly name: string;
  /** `other`: no tensor (a sequence, a map, an optional value), or nothing is known. */
  readonly dtype: OnnxType | 'other';
  /** The type of what is no tensor, as protobuf. */
  readonly encodedType?: Uint8Array;
  /** A string is a symbolic axis (the same name, the same size), '' an axis of which nothing is known. Null: not even the rank is known. */
  readonly dims: readonly (number | string)[] | null;
}

export interface OnnxGraph extends OnnxUnknown {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Constants: weights and the like. */
  readonly initializers: readonly OnnxTensor[];
  readonly valueInfo?: readonly OnnxValueInfo[];
  readonly doc?: string;
}

/** An operator that the model defines itself. */
export interface OnnxFunction extends OnnxUnknown {
  readonly name: string;
  readonly domain: string;
  readonly overload?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Names of attributes that a node has to have. */
  readonly attributes?: readonly string[];
  /** Attributes that a node may have, and what they are where it has not. */
  readonly defaults?: Readonly<Record<string, OnnxAttribute>>;
  readonly opset: Readonly<Record<string, number>>;
  readonly nodes: readonly OnnxNode[];
  readonly valueInfo?: readonly OnnxValueInfo[];
  readonly doc?: string;
}

export interface OnnxModel extends OnnxUnknown {
  readonly irVersion: number;
  /** Version of the operators of each domain; '' is ONNX's own. */
  readonly opset: Readonly<Record<string, number>>;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: number;
  readonly doc?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly functions?: readonly OnnxFunction[];
  readonly graph: OnnxGraph;
}
