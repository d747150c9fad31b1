import * as tf from '@tensorflow/tfjs-core';
import { OnnxRuntimeBackend } from './backend/backend.ts';
import { placeBeforeTensorFlow, placeOfCaller } from './compile/user-place.ts';
import { fromHalf, toHalf } from './onnx/half.ts';
import type { OnnxModel, OnnxType, OnnxValueInfo } from './onnx/model.ts';
import { ARRAY_TYPES } from './onnx/types.ts';
import type { OnnxSession, SessionData, SessionTensor } from './session.ts';

/** See `OnnxProgram.run`. `load` is told which inputs are given that have a value in the file. */
export function runProgram({ graph }: OnnxModel, load: (given: readonly string[]) => OnnxSession, inputs: Readonly<Record<string, tf.Tensor>>, outputs?: readonly string[]): Record<string, tf.Tensor> {
  refuseTracing();
  const defaults = new Set(graph.initializers.map((tensor) => tensor.name));
  const known = new Map(graph.inputs.map((input) => [input.name, input]));
  for (const name of Object.keys(inputs)) if (!known.has(name)) throw new RangeError(`run: there is no input ${name}, but ${[...known.keys()].join(', ') || 'none'}`);
  for (const name of outputs ?? []) if (!graph.outputs.some((output) => output.name === name)) throw new RangeError(`run: there is no output ${name}, but ${graph.outputs.map((output) => output.name).join(', ')}`);
  const sizes = new Map<string, number>();
  const feeds: Record<string, SessionTensor> = {};
  for (const input of graph.inputs) {
    const tensor = inputs[input.name];
    if (tensor) feeds[input.name] = toFeed(input, tensor, sizes);
    else if (!defaults.has(input.name)) throw new RangeError(`run: input ${input.name} is missing`);
  }
  const given = Object.keys(feeds).filter((name) => defaults.has(name));
  const results = load(given).run(feeds, outputs ?? graph.outputs.map((output) => output.name));
  return Object.fromEntries(Object.entries(results).map(([name, result]) => [name, fromResult(name, result)]));
}

function refuseTracing(): void {
  const backend = tf.backend();
  if (!(backend instanceof OnnxRuntimeBackend) || backend.tracing === null) return;
  throw new Error(`onnxruntime: ${backend.tracing.name}: an ONNX program is run while the function is traced${placeBeforeTensorFlow() || placeOfCaller(runProgram)}; run it before or after the compiled function`);
}

/** Symbolic axes of one name must have one size. */
function toFeed({ name, dtype, dims }: OnnxValueInfo, tensor: tf.Tensor, sizes: Map<string, number>): SessionTensor {
  if (dtype === 'other') throw new TypeError(`run: input ${name} is no tensor`);
  const wanted = (dims ?? []).map((size) => (typeof size === 'number' ? (size < 0 ? '?' : size) : (sizes.get(size) ?? (size || '?'))));
  const fits = dims === null || (wanted.length === tensor.shape.length && wanted.every((size, axis) => typeof size === 'string' || size === tensor.shape[axis]));
  if (!fits) throw new RangeError(`run: input ${name} must be ${dtype}[${wanted.join()}], got ${tensor.dtype}[${tensor.shape.join()}]`);
  dims?.forEach((size, axis) => { if (typeof size === 'string' && size !== '') sizes.set(size, tensor.shape[axis]!); });
  return { type: dtype, dims: tensor.shape, data: toType(name, dtype, tensor) };
}

function toType(name: string, dtype: OnnxType, tensor: tf.Tensor): SessionData {
  const refuse = (): never => { throw new TypeError(`run: input ${name} must be ${dtype}, got ${tensor.dtype}`); };
  const values = tensor.dtype === 'string' || tensor.dtype === 'complex64' ? refuse() : tensor.dataSync();
  if (dtype === tensor.dtype) return values;
  if (dtype === 'float16' && tensor.dtype === 'float32') return toHalf(values as Float32Array);
  if (dtype === 'float64' && tensor.dtype === 'float32') return Float64Array.from(values);
  const isInteger = /^u?int(8|16|32|64)$/.test(dtype);
  if (!isInteger || tensor.dtype === 'float32') return refuse();
  if (dtype === 'int64') return BigInt64Array.from(values as Int32Array, BigInt);
  if (dtype === 'uint64') return BigUint64Array.from(values as Int32Array, (value) => (value < 0 ? refuseSize(name, dtype, value) : BigInt(value)));
  const array = new ARRAY_TYPES[dtype as 'int8'](new ArrayBuffer(values.length * ARRAY_TYPES[dtype as 'int8'].BYTES_PER_ELEMENT), 0, values.length) as Int8Array;
  values.forEach((value, i) => {
    array[i] = value;
    if (array[i] !== value) refuseSize(name, dtype, value);
  });
  return array;
}

function refuseSize(name: string, dtype: OnnxType | 'int32', value: number | bigint): never {
  throw new RangeError(`run: ${name} has the element ${value}, which does not fit into ${dtype}`);
}

function fromResult(name: string, { type, dims, data }: SessionTensor): tf.Tensor {
  const shape = [...dims];
  if (type === 'float32' || type === 'int32' || type === 'bool') return tf.tensor(data as Float32Array, shape, type);
  if (type === 'float16') return tf.tensor(fromHalf(data as Uint16Array), shape, 'float32');
  if (type === 'float64') return tf.tensor(Float32Array.from(data as Float64Array), shape, 'float32');
  if (type === 'string' || !ArrayBuffer.isView(data)) throw new TypeError(`run: output ${name} is of type ${type}, which TensorFlow.js does not have; createSession gives it`);
  const integers = new Int32Array(data.length);
  data.forEach((value: number | bigint, i: number) => {
    integers[i] = Number(value);
    if (integers[i] !== Number(value)) refuseSize(`output ${name}`, 'int32', value);
  });
  return tf.tensor(integers, shape, 'int32');
}
