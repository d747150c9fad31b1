import { type DType, float32ToBfloat16, float32ToFloat16, type HostTensor, hostTensor, sizeOf, toFloat32 } from '@mixwell/tensor';
import { mergeKernel } from '../kernel/merge-kernel.ts';
import { blockSize, eachRange, look, rooms } from '../kernel/rooms.ts';
import type { Values } from '../method.ts';

export type Arithmetic = 'float32' | 'float64';

/** Elements of a float tensor in the precision of the arithmetic. float32 in float32 is not copied, nor float64 in float64. */
export function toValues(tensor: HostTensor, arithmetic: Arithmetic): Values {
  if (arithmetic === 'float32') return toFloat32(tensor).data;
  return tensor.dtype === 'float64' ? (tensor.data as Float64Array) : Float64Array.from(toFloat32(tensor).data);
}

export const newValues = (size: number, arithmetic: Arithmetic): Values => (arithmetic === 'float32' ? new Float32Array(size) : new Float64Array(size));

/** Float32 numbers are looked at in the kernel's memory, block by block. */
function isFinite(values: Values): boolean {
  if (!(values instanceof Float32Array)) return false;
  let finite = 1;
  const { singles: [room] } = rooms(1, 0);
  const { kernel } = mergeKernel();
  eachRange(values.length, blockSize, (start, length) => { finite &= kernel.finite(look(room!, values, start, length).byteOffset, (4 * length + 15) & ~15); });
  return finite === 1;
}

/** @throws {RangeError} naming tensor, model and place of the first NaN or infinity */
export function checkFinite(values: Values, name: string, where: string, offset: number = 0): void {
  if (isFinite(values)) return;
  for (let i = 0; i < values.length; i++) {
    if (!(Math.abs(values[i]!) < Infinity)) throw new RangeError(`merge: ${name} must be finite, got ${values[i]} at element ${offset + i} in ${where}`);
  }
}

/** The values in another type, rounded to nearest, ties to even. @throws {RangeError} for what is no float type, or beyond the range of float16 */
export function fromValues(values: Values, dtype: DType, shape: readonly number[], name: string, offset: number = 0): HostTensor {
  if (dtype === 'float64') return hostTensor('float64', shape, values instanceof Float64Array ? values : Float64Array.from(values));
  const single = values instanceof Float32Array ? values : Float32Array.from(values);
  switch (dtype) {
    case 'float32': return hostTensor('float32', shape, single);
    case 'bfloat16': return hostTensor('bfloat16', shape, float32ToBfloat16(single));
    case 'float16': {
      const halves = float32ToFloat16(single);
      const bad = halves.findIndex((half) => (half & 0x7c00) === 0x7c00);
      if (bad !== -1) throw new RangeError(`merge: ${name} must fit float16, got ${single[bad]} at element ${offset + bad}`);
      return hostTensor('float16', shape, halves);
    }
    default: throw new RangeError(`merge: dtype must be float64, float32, float16 or bfloat16, got ${dtype}`);
  }
}

/** Visits the rows (runs along the last axis) that a corner shares with the whole: places of their first elements in both. */
export function eachCornerRow(shape: readonly number[], corner: readonly number[], visit: (inWhole: number, inCorner: number, length: number) => void): void {
  const length = corner.at(-1)!;
  const rows = length === 0 ? 0 : sizeOf(corner) / length;
  for (let row = 0; row < rows; row++) {
    let [rest, stride, inWhole] = [row, shape.at(-1)!, 0];
    for (let axis = corner.length - 2; axis >= 0; axis--) {
      inWhole += (rest % corner[axis]!) * stride;
      rest = Math.floor(rest / corner[axis]!);
      stride *= shape[axis]!;
    }
    visit(inWhole, row * length, length);
  }
}

/** The elements of a corner. Not copied where the corner is the whole. */
export function cropValues(values: Values, shape: readonly number[], corner: readonly number[]): Values {
  if (shape.join() === corner.join()) return values;
  const out = newValues(sizeOf(corner), values instanceof Float32Array ? 'float32' : 'float64');
  eachCornerRow(shape, corner, (inWhole, inCorner, length) => out.set(values.subarray(inWhole, inWhole + length), inCorner));
  return out;
}
