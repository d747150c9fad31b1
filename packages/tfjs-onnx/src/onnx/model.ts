/**
 * An ONNX model as plain data. Names follow ONNX's own (onnx.proto); what the format leaves optional is optional here.
 */

/** Element types, by the names that ONNX Runtime's JavaScript API uses. float16 and bfloat16 are held as their 16 bits. */
export type OnnxType =
  | 'float32' | 'uint8' | 'int8' | 'uint16' | 'int16' | 'int32' | 'int64' | 'string' | 'bool' | 'float16' | 'float64' | 'uint32' | 'uint64' | 'bfloat16';

/** Elements of a tensor; which array goes with which type, `arrayTypes` says. */
export type OnnxData =
  | Float32Array | Float64Array | Uint8Array | Int8Array | Uint16Array | Int16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array | readonly string[];

export interface OnnxTensor {
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
  | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly op: string;
  /** An empty name stands for an optional operand that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attrs?: Readonly<Record<string, OnnxAttribute>>;
  /** Default '', ONNX's own operators. */
  readonly domain?: string;
  readonly name?: string;
}

/** Type and shape of an input, an output or a value between. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly dtype: OnnxType;
  /** A string is a symbolic axis (the same name, the same size), '' an axis of which nothing is known. Null: not even the rank is known. */
  readonly dims: readonly (number | string)[] | null;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  /** Constants: weights and the like. */
  readonly initializers: readonly OnnxTensor[];
  readonly valueInfo?: readonly OnnxValueInfo[];
  readonly doc?: string;
}

export interface OnnxModel {
  readonly irVersion: number;
  /** Version of the operators of each domain; '' is ONNX's own. */
  readonly opset: Readonly<Record<string, number>>;
  readonly producerName?: string;
  readonly producerVersion?: string;
  readonly domain?: string;
  readonly modelVersion?: number;
  readonly doc?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
}
