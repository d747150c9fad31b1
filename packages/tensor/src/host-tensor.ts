import { arrayTypes, type DType, type DTypeArrays, isDType } from './dtype.ts';

/** A tensor in plain memory, row-major: for all that needs no gradient, and for the element types that TensorFlow.js lacks. */
export interface HostTensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: readonly number[];
  /** As many elements as the shape has. */
  readonly data: DTypeArrays[D];
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const axis of shape) size *= axis;
  return size;
}

/** @throws {RangeError} where a shape is no list of whole numbers ≥ 0 */
export function checkShape(caller: string, shape: readonly number[]): void {
  if (!Array.isArray(shape) || shape.some((axis) => !Number.isSafeInteger(axis) || axis < 0)) {
    throw new RangeError(`${caller}: shape must be whole numbers >= 0, got [${String(shape)}]`);
  }
}

/**
 * A host tensor over existing elements; nothing is copied.
 *
 * @throws {TypeError} for an unknown element type, or an array of another type
 * @throws {RangeError} for a shape that is no list of whole numbers ≥ 0, or does not have as many elements as the data
 */
export function hostTensor<D extends DType>(dtype: D, shape: readonly number[], data: DTypeArrays[D]): HostTensor<D> {
  if (!isDType(dtype)) throw new TypeError(`hostTensor: dtype must be one of ${Object.keys(arrayTypes).join(', ')}, got ${String(dtype)}`);
  checkShape('hostTensor', shape);
  const { name } = arrayTypes[dtype];
  if (Object.prototype.toString.call(data) !== `[object ${name}]`) {
    throw new TypeError(`hostTensor: data of ${dtype} must be a ${name}, got ${Object.prototype.toString.call(data).slice(8, -1)}`);
  }
  if (data.length !== sizeOf(shape)) throw new RangeError(`hostTensor: data must have ${sizeOf(shape)} elements for shape [${shape.join(', ')}], got ${data.length}`);
  return { dtype, shape, data };
}
