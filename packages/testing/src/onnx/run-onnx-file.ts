import type { InferenceSession, Tensor } from 'onnxruntime-node';

/** A tensor that goes in or comes out. */
export interface OnnxFileTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | BigInt64Array | Uint8Array;
}

/** What both packages of ONNX Runtime have. */
interface Api {
  readonly InferenceSession: { create(bytes: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  readonly Tensor: new (type: Tensor.Type, data: Tensor.DataType, dims: readonly number[]) => Tensor;
  readonly env: { readonly wasm: { numThreads?: number } };
}

const SEVERITY_ERROR = 3;

const packages = {
  node: async () => await import('onnxruntime-node') as unknown as Api,
  web: async () => {
    const api = await import('onnxruntime-web') as unknown as Api;
    api.env.wasm.numThreads = 1; // more would be workers, which keep the process alive
    return api;
  },
};

/** Runs a file as its users do: in onnxruntime-node, or in onnxruntime-web as WebAssembly, through the public interface and with its defaults. */
export async function runOnnxFile(runtime: 'node' | 'web', bytes: Uint8Array, feeds: Readonly<Record<string, OnnxFileTensor>>): Promise<Record<string, OnnxFileTensor>> {
  const api = await packages[runtime]();
  const session = await api.InferenceSession.create(bytes, { logSeverityLevel: SEVERITY_ERROR });
  const tensors = Object.fromEntries(Object.entries(feeds).map(([name, { dtype, shape, data }]) => [name, new api.Tensor(dtype as Tensor.Type, data, shape)]));
  const results = await session.run(tensors);
  await session.release();
  return Object.fromEntries(Object.entries(results).map(([name, { type, dims, data }]) => [name, { dtype: type, shape: dims, data: data as Float32Array }]));
}
