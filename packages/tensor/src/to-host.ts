import { arrayTypes, type DType, isDType } from './dtype.ts';
import { checkShape, type HostTensor, hostTensor, sizeOf } from './host-tensor.ts';

/** Numbers in nested arrays, all of one length at each depth. */
export type NestedNumbers = number | boolean | bigint | readonly NestedNumbers[];

/** The arrays that hold elements. */
export type TypedData = Float64Array | Float32Array | Int32Array | Int16Array | Int8Array | Uint8Array | Uint8ClampedArray | Uint16Array | Uint32Array | BigInt64Array | BigUint64Array;

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

/** Elements with their shape; the element type follows from the array. */
export interface ShapedData {
  readonly data: TypedData | readonly number[];
  readonly shape: readonly number[];
}

export type ToHostInput = HostTensor | TfTensorLike | OrtTensorLike | ShapedData | TypedData | NestedNumbers;

/** Element types by the constructors of their arrays; a bare Uint16Array could be anything. */
const byArray: Readonly<Record<string, DType>> = {
  Float64Array: 'float64', Float32Array: 'float32', BigInt64Array: 'int64', Int32Array: 'int32', Int16Array: 'int16', Int8Array: 'int8', Uint8Array: 'uint8', Uint8ClampedArray: 'uint8',
};

const nameOf = (x: unknown): string => Object.prototype.toString.call(x).slice(8, -1);

function typedHost(data: TypedData, shape: readonly number[]): HostTensor {
  const dtype = byArray[nameOf(data)];
  if (dtype === undefined) throw new TypeError(`toHost: data must be one of ${Object.keys(byArray).join(', ')}, got ${nameOf(data)}; say what it holds with hostTensor(dtype, shape, data)`);
  const plain = data instanceof Uint8ClampedArray ? new Uint8Array(data.buffer, data.byteOffset, data.length) : data;
  return hostTensor(dtype, shape, plain as HostTensor['data']);
}

function shapeOfNested(x: NestedNumbers): number[] {
  return Array.isArray(x) ? [x.length, ...(x.length > 0 ? shapeOfNested(x[0] as NestedNumbers) : [])] : [];
}

/** Calls `visit` with each number in order. @throws {RangeError} naming the place where the nesting is not regular */
function visitNested(x: NestedNumbers, shape: readonly number[], visit: (value: number | boolean | bigint) => void, place = ''): void {
  const [length, ...rest] = shape;
  if (!Array.isArray(x)) {
    if (length !== undefined) throw new RangeError(`toHost: x${place} must be an array of ${length}, got ${String(x)}`);
    if (typeof x !== 'number' && typeof x !== 'boolean' && typeof x !== 'bigint') throw new TypeError(`toHost: x${place} must be a number, got ${nameOf(x)}`);
    visit(x);
    return;
  }
  if (length === undefined) throw new RangeError(`toHost: x${place} must be a number, got an array`);
  if (x.length !== length) throw new RangeError(`toHost: x${place} must have ${length} elements as its neighbours have, got ${x.length}`);
  x.forEach((item: NestedNumbers, i) => visitNested(item, rest, visit, `${place}[${i}]`));
}

function nestedHost(x: NestedNumbers): HostTensor {
  const shape = shapeOfNested(x);
  const values: (number | boolean | bigint)[] = [];
  visitNested(x, shape, (value) => values.push(value));
  const kinds = new Set(values.map((value) => typeof value));
  if (kinds.size > 1) throw new TypeError(`toHost: x must be all numbers, all booleans or all bigints, got ${[...kinds].join(' and ')}s`);
  if (kinds.has('boolean')) return hostTensor('bool', shape, Uint8Array.from(values, Number));
  if (kinds.has('bigint')) return hostTensor('int64', shape, BigInt64Array.from(values as bigint[]));
  return hostTensor('float64', shape, Float64Array.from(values as number[]));
}

function tfHost(x: TfTensorLike): HostTensor {
  if (x.dtype !== 'float32' && x.dtype !== 'int32' && x.dtype !== 'bool') throw new TypeError(`toHost: a TensorFlow.js tensor must be float32, int32 or bool, got ${x.dtype}`);
  return hostTensor(x.dtype, [...x.shape], x.dataSync() as HostTensor<typeof x.dtype>['data']);
}

function ortHost({ type, dims, data }: OrtTensorLike): HostTensor {
  if (!isDType(type)) throw new TypeError(`toHost: an ONNX Runtime tensor must be one of ${Object.keys(arrayTypes).join(', ')}, got ${type}`);
  // newer versions hold float16 in a Float16Array where the platform has one
  const elements = nameOf(data) === 'Float16Array' ? new Uint16Array((data as Uint16Array).buffer, (data as Uint16Array).byteOffset, (data as Uint16Array).length) : data;
  return hostTensor(type, [...dims], elements as HostTensor['data']);
}

/**
 * Anything that holds numbers as a host tensor: nested arrays (float64; booleans become bool, bigints int64), typed arrays (of rank 1), `{ data, shape }`,
 * tensors of TensorFlow.js (read with `dataSync`) and of ONNX Runtime, host tensors. Elements that lie in a fitting typed array are not copied.
 *
 * @throws {TypeError} for element types that have no host tensor (strings, complex numbers, uint16, uint32, uint64)
 * @throws {RangeError} naming the place where nested arrays are ragged, or a shape that does not fit its data
 */
export function toHost(x: ToHostInput): HostTensor {
  if (ArrayBuffer.isView(x)) return typedHost(x, [x.length]);
  if (Array.isArray(x) || typeof x !== 'object' || x === null) return nestedHost(x as NestedNumbers);
  if ('dataSync' in x) return tfHost(x);
  if ('dims' in x) return ortHost(x);
  if (!('data' in x && 'shape' in x)) throw new TypeError(`toHost: x must be numbers, { data, shape } or a tensor, got an object with ${Object.keys(x).join(', ') || 'no keys'}`);
  if ('dtype' in x) return hostTensor(x.dtype, x.shape, x.data);
  checkShape('toHost', x.shape);
  if (ArrayBuffer.isView(x.data)) return typedHost(x.data, x.shape);
  if (x.data.length !== sizeOf(x.shape)) throw new RangeError(`toHost: data must have ${sizeOf(x.shape)} elements for shape [${x.shape.join(', ')}], got ${x.data.length}`);
  return hostTensor('float64', x.shape, Float64Array.from(x.data));
}
