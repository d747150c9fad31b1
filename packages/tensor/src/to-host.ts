import { arrayTypes, type DType, type DTypeArrays, isDType } from './dtype.ts';
import { checkShape, type HostTensor, hostTensor, sizeOf } from './host-tensor.ts';
import { type NestedNumbers, nestedToHost } from './nested-numbers.ts';

/** The arrays whose element type follows from the array. */
export type TypedData = Float64Array | Float32Array | BigInt64Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint8ClampedArray;

/** A TensorFlow.js tensor, by structure. */
export interface TfTensorLike {
  readonly shape: readonly number[];
  readonly dtype: string;
  dataSync(): unknown;
}

/** An ONNX Runtime tensor, by structure: its elements must be in main memory. */
export interface OrtTensorLike {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** Elements with their shape; the element type follows from the array. Plain arrays are float64. */
export interface ShapedData {
  readonly data: TypedData | readonly number[];
  readonly shape: readonly number[];
}

/** All that `toHost` reads. */
export type ToHostInput = HostTensor | TfTensorLike | OrtTensorLike | ShapedData | TypedData | NestedNumbers;

const byArray: Readonly<Record<string, DType>> = {
  Float64Array: 'float64', Float32Array: 'float32', BigInt64Array: 'int64', Int32Array: 'int32', Int16Array: 'int16', Int8Array: 'int8', Uint8Array: 'uint8', Uint8ClampedArray: 'uint8',
};

const nameOf = (x: unknown): string => Object.prototype.toString.call(x).slice(8, -1);

function typedToHost(data: ArrayBufferView, shape: readonly number[]): HostTensor {
  const name = nameOf(data);
  const dtype = byArray[name];
  if (dtype === undefined) throw new TypeError(`toHost: data must be one of ${Object.keys(byArray).join(', ')}, got ${name}; say what it holds with hostTensor(dtype, shape, data)`);
  return hostTensor(dtype, shape, (name === 'Uint8ClampedArray' ? viewAs('uint8', data) : data) as HostTensor['data']);
}

/** The same memory as an array of this element type. */
function viewAs<D extends DType>(dtype: D, { buffer, byteOffset, byteLength }: ArrayBufferView): DTypeArrays[D] {
  return new arrayTypes[dtype](buffer, byteOffset, byteLength / arrayTypes[dtype].BYTES_PER_ELEMENT);
}

const tfTypes = ['float32', 'int32', 'bool'] as const;

function tfToHost(x: TfTensorLike): HostTensor {
  const dtype = tfTypes.find((type) => type === x.dtype);
  if (dtype === undefined) throw new TypeError(`toHost: a TensorFlow.js tensor must be ${tfTypes.join(', ')}, got ${x.dtype}`);
  return hostTensor(dtype, [...x.shape], x.dataSync() as DTypeArrays[typeof dtype]);
}

function ortToHost({ type, dims, data }: OrtTensorLike): HostTensor {
  if (!isDType(type)) throw new TypeError(`toHost: an ONNX Runtime tensor must be one of ${Object.keys(arrayTypes).join(', ')}, got ${type}`);
  // where the platform has a Float16Array, ONNX Runtime may use it
  const elements = type === 'float16' && nameOf(data) === 'Float16Array' ? viewAs(type, data as ArrayBufferView) : data;
  return hostTensor(type, [...dims], elements as HostTensor['data']);
}

function shapedToHost({ data, shape }: ShapedData): HostTensor {
  checkShape('toHost', shape);
  if (ArrayBuffer.isView(data)) return typedToHost(data, shape);
  if (data.length !== sizeOf(shape)) throw new RangeError(`toHost: data must have ${sizeOf(shape)} elements for shape [${shape.join(', ')}], got ${data.length}`);
  return hostTensor('float64', shape, nestedToHost(data).data as Float64Array);
}

/**
 * Anything that holds numbers as a host tensor: nested arrays (float64; booleans become bool, bigints int64), typed arrays (of rank 1), `{ data, shape }`,
 * tensors of TensorFlow.js (read with `dataSync`) and of ONNX Runtime, host tensors. Elements that lie in a fitting typed array are not copied: do not write into them.
 *
 * @throws {TypeError} for element types that have no host tensor (strings, complex numbers, uint16, uint32, uint64)
 * @throws {RangeError} naming the place where nested arrays are ragged or mixed, or for a shape that does not fit its data
 * @throws what the tensor itself throws when it is read: disposed, on another device, being traced
 */
export function toHost(x: ToHostInput): HostTensor {
  if (ArrayBuffer.isView(x)) return typedToHost(x, [x.length]);
  if (Array.isArray(x) || typeof x !== 'object' || x === null) return nestedToHost(x as NestedNumbers);
  if ('dataSync' in x) return tfToHost(x);
  if ('dims' in x) return ortToHost(x);
  if (!('data' in x && 'shape' in x)) throw new TypeError(`toHost: x must be numbers, { data, shape } or a tensor, got an object with the keys [${Object.keys(x).join(', ')}]`);
  return 'dtype' in x ? hostTensor(x.dtype, x.shape, x.data) : shapedToHost(x);
}
