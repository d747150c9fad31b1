import type { TensorClass } from './direct.ts';
import type { SessionData, SessionTensor } from './runtime.ts';

/**
 * A tensor of the runtime's class; float16 over its 16 bits also where JavaScript has Float16Array. There the class would make one of the bits, whose
 * length the binding takes for 0 (microsoft/onnxruntime#32323); from uint16 it makes none.
 */
export function makeTensor(Tensor: TensorClass, type: string, data: SessionData, dims: readonly number[]): SessionTensor {
  if (type !== 'float16') return new Tensor(type, data, dims);
  return Object.defineProperty(new Tensor('uint16', bitsOf(data), dims), 'type', { value: type });
}

/** A result as every version of Node gives it: float16 as its 16 bits. */
export function withBits(tensor: SessionTensor): SessionTensor {
  const { type, dims, data } = tensor;
  return type !== 'float16' || data instanceof Uint16Array ? tensor : { type, dims, data: bitsOf(data) };
}

/** The bits of a Float16Array, which share its memory; others as they are. */
export function bitsOf(data: SessionData): SessionData {
  return isFloat16Array(data) ? new Uint16Array(data.buffer, data.byteOffset, data.length) : data;
}

/** The class is not in the language that the types are of. */
function isFloat16Array(data: SessionData): boolean {
  return Object.prototype.toString.call(data) === '[object Float16Array]';
}
