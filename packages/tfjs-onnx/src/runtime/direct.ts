import type { OnnxType } from '../onnx/model.ts';
import { makeTensor, withBits } from './float16.ts';
import type { Runtime, RuntimeModel, SessionData, SessionTensor, SessionValue } from './runtime.ts';

/** An input or output, as the binding tells it. */
interface NativeValue {
  readonly name: string;
  readonly isTensor: boolean;
  readonly type: number;
  readonly shape: readonly number[];
  readonly symbolicDimensions: readonly string[];
}

/** A session of the binding. */
interface NativeSession {
  loadModel(path: string, options: object): void;
  loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void;
  run(feeds: object, fetches: object, options: object): Record<string, SessionTensor>;
  dispose(): void;
  readonly inputMetadata: readonly NativeValue[];
  readonly outputMetadata: readonly NativeValue[];
}

/** What is used of the file `dist/binding.js` of onnxruntime-node, which is no part of its public API. */
export interface Binding {
  readonly binding?: { readonly InferenceSession?: new () => NativeSession };
  readonly initOrt?: () => void;
}

/** The class of tensors of onnxruntime-node's public API. */
export type TensorClass = new (type: string, data: SessionData, dims: readonly number[]) => SessionTensor;

/** By the binding's number of a type. */
const TYPE_NAMES: readonly (OnnxType | undefined)[] = [
  undefined, 'float32', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'float64', 'uint32', 'uint64', undefined, undefined, 'bfloat16',
];

function describe(value: NativeValue): SessionValue {
  const dtype = value.isTensor ? TYPE_NAMES[value.type] : undefined;
  if (!dtype) throw new TypeError(`session: ${value.name} is no tensor of a type that JavaScript has`);
  return { name: value.name, dtype, dims: value.shape.map((size, i) => (size === -1 ? (value.symbolicDimensions[i] ?? '') : size)) };
}

/**
 * The runtime by way of its binding, or null where the binding is not of the shape that we know. The public API has no synchronous run;
 * the binding under it has.
 */
export function directRuntime({ binding, initOrt }: Binding, Tensor: TensorClass): Runtime | null {
  const Session = binding?.InferenceSession;
  if (typeof Session?.prototype.run !== 'function' || typeof Session.prototype.loadModel !== 'function' || typeof initOrt !== 'function') return null;
  initOrt();
  return {
    transport: 'direct',
    tensor: (type, data, dims) => makeTensor(Tensor, type, data, dims),
    load: (model, options) => loadModel(new Session(), model, options, Tensor),
  };
}

function loadModel(native: NativeSession, model: Uint8Array | string, options: object, Tensor: TensorClass): RuntimeModel {
  if (typeof model === 'string') native.loadModel(model, options);
  else native.loadModel(model.buffer, model.byteOffset, model.byteLength, options);
  const [inputs, outputs] = [native.inputMetadata, native.outputMetadata];
  const isWrapped = (feed: SessionTensor): boolean => feed instanceof Tensor && withBits(feed) === feed;
  return {
    inputNames: inputs.map((value) => value.name),
    outputNames: outputs.map((value) => value.name),
    describe: () => ({ inputs: inputs.map(describe), outputs: outputs.map(describe) }),
    run(feeds, names) {
      const wrapped: Record<string, SessionTensor> = {};
      for (const name in feeds) {
        const feed = feeds[name]!;
        wrapped[name] = isWrapped(feed) ? feed : makeTensor(Tensor, feed.type, feed.data, feed.dims);
      }
      // Null: the runtime allocates. It copies its results even into arrays that are given.
      const fetches: Record<string, null> = {};
      for (const name of names) fetches[name] = null;
      const results = native.run(wrapped, fetches, {});
      for (const name in results) results[name] = withBits(results[name]!);
      return results;
    },
    release: () => native.dispose(),
  };
}
