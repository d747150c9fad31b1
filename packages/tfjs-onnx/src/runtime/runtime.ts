import type { OnnxType } from '../onnx/model.ts';

/** Elements of a tensor of the runtime: float16 as its 16 bits, bool as bytes. */
export type SessionData = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | BigInt64Array | BigUint64Array;

/** A tensor of the runtime; `ort.Tensor` is one. */
export interface SessionTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: SessionData;
}

/** An input or output of a loaded model. */
export interface SessionValue {
  readonly name: string;
  readonly dtype: OnnxType;
  /** A string is a symbolic axis. */
  readonly dims: readonly (number | string)[];
}

/** How onnxruntime-node is called: `direct`, by the synchronous binding under its public API; `worker`, by its public API in a thread that the caller waits for. */
export type Transport = 'direct' | 'worker';

/** A way to call onnxruntime-node. Everything is synchronous. */
export interface Runtime {
  readonly transport: Transport;
  /** A tensor in the form that `run` takes without wrapping it again. */
  tensor(type: string, data: SessionData, dims: readonly number[]): SessionTensor;
  /** @param model the bytes of an ONNX file, or its path */
  load(model: Uint8Array | string, options: object): RuntimeModel;
}

/** A model that onnxruntime-node has loaded. */
export interface RuntimeModel {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** @throws {TypeError} where one is no tensor of a type that JavaScript has */
  describe(): { readonly inputs: readonly SessionValue[]; readonly outputs: readonly SessionValue[] };
  run(feeds: Readonly<Record<string, SessionTensor>>, outputs: readonly string[]): Readonly<Record<string, SessionTensor>>;
  release(): void;
}
