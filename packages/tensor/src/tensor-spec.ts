import { type DType, isDType } from './dtype.ts';
import type { HostTensor } from './host-tensor.ts';

/** What a tensor has to be: element type and axes. A string names an axis of any size: the same name, the same size. */
export interface TensorSpec<D extends DType = DType, A extends readonly (number | string)[] = readonly (number | string)[]> {
  readonly dtype: D;
  readonly shape: A;
}

/**
 * `spec('float32', ['batch', 28, 28, 1])`: what `checkTensor` checks an argument against, and what names the dynamic axes of an export.
 *
 * @throws {TypeError} for an unknown element type
 * @throws {RangeError} for an axis that is neither a name nor a whole number ≥ 0
 */
export function spec<const D extends DType, const A extends readonly (number | string)[]>(dtype: D, shape: A): TensorSpec<D, A> {
  if (!isDType(dtype)) throw new TypeError(`spec: dtype must be an element type of host tensors, got ${String(dtype)}`);
  const bad = shape.findIndex((axis) => (typeof axis === 'string' ? axis === '' : !Number.isSafeInteger(axis) || axis < 0));
  if (bad !== -1) throw new RangeError(`spec: axis ${bad} must be a name or a whole number >= 0, got ${JSON.stringify(shape[bad])}`);
  return { dtype, shape };
}

/** A TensorFlow.js or host tensor, as far as a spec looks at it. */
export interface TensorLike {
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** What is known of a host tensor once its element type is; of other tensors nothing new. */
export type OfDType<T, D extends DType> = T extends HostTensor ? HostTensor<D> : unknown;

/**
 * Checks a tensor against a spec; from then on TypeScript knows the element type of a host tensor.
 *
 * @param name what errors call the tensor: `cutmix: images`
 * @param sizes the sizes of named axes that other arguments have fixed already; those found here are added
 * @throws {TypeError} for another element type
 * @throws {RangeError} for another number of axes, or naming the first axis that does not fit
 */
export function checkTensor<T extends TensorLike, D extends DType>(x: T, { dtype, shape }: TensorSpec<D>, name: string, sizes: Map<string, number> = new Map()): asserts x is T & OfDType<T, D> {
  const wanted = `${dtype} [${shape.join(', ')}]`;
  const got = `${x.dtype} [${x.shape.join(', ')}]`;
  if (x.dtype !== dtype) throw new TypeError(`${name} must be ${wanted}, got ${got}`);
  if (x.shape.length !== shape.length) throw new RangeError(`${name} must be ${wanted}, got ${got}`);
  for (const [i, axis] of shape.entries()) {
    const size = x.shape[i]!;
    const expected = typeof axis === 'number' ? axis : sizes.get(axis);
    if (expected === undefined) sizes.set(axis as string, size);
    else if (size !== expected) throw new RangeError(`${name} must be ${wanted}${typeof axis === 'string' ? ` with ${axis} = ${expected}` : ''}, got ${got} (axis ${i})`);
  }
}
