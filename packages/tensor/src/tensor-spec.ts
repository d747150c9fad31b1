import type { HostTensor } from './host-tensor.ts';

/** What a tensor has to be: element type and axes. A string names an axis of any size: the same name, the same size. */
export interface TensorSpec<D extends string = string, A extends readonly (number | string)[] = readonly (number | string)[]> {
  readonly dtype: D;
  readonly shape: A;
}

/** `spec('float32', ['batch', 28, 28, 1])`: checks an argument (`checkTensor`), and names the dynamic axes of an export. */
export function spec<const D extends string, const A extends readonly (number | string)[]>(dtype: D, shape: A): TensorSpec<D, A> {
  const bad = shape.findIndex((axis) => (typeof axis === 'string' ? axis === '' : !Number.isSafeInteger(axis) || axis < 0));
  if (bad !== -1) throw new RangeError(`spec: axis ${bad} must be a name or a whole number >= 0, got ${JSON.stringify(shape[bad])}`);
  return { dtype, shape };
}

/** A TensorFlow.js or host tensor, as far as a spec looks at it. */
type Checked = Pick<HostTensor, 'shape'> & { readonly dtype: string };

/**
 * Checks a tensor against a spec.
 *
 * @param name what errors call the tensor
 * @param sizes sizes of named axes that other arguments have fixed already; those found here are added
 * @throws {TypeError} for another element type
 * @throws {RangeError} for another number of axes, or naming the first axis that does not fit
 */
export function checkTensor(x: Checked, { dtype, shape }: TensorSpec, name: string, sizes: Map<string, number> = new Map()): void {
  const wanted = `[${shape.join(', ')}]`;
  if (x.dtype !== dtype) throw new TypeError(`${name} must be ${dtype}, got ${x.dtype}`);
  if (x.shape.length !== shape.length) throw new RangeError(`${name} must have shape ${wanted}, got [${x.shape.join(', ')}]`);
  for (const [i, axis] of shape.entries()) {
    const size = x.shape[i] as number;
    const expected = typeof axis === 'number' ? axis : sizes.get(axis);
    if (typeof axis === 'string' && expected === undefined) sizes.set(axis, size);
    else if (size !== expected) throw new RangeError(`${name} must have shape ${wanted}${typeof axis === 'string' ? ` with ${axis} = ${expected}` : ''}, got [${x.shape.join(', ')}] (axis ${i})`);
  }
}
