import type { HostTensor } from '@mixwell/tensor';

/** The index of element `flat` in each axis. */
function place(shape: readonly number[], flat: number): number[] {
  const at = shape.map(() => 0);
  let rest = flat;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    at[axis] = rest % shape[axis]!;
    rest = Math.floor(rest / shape[axis]!);
  }
  return at;
}

/**
 * Throws at the first NaN or infinity.
 *
 * @param name what the error calls the tensor
 * @throws {RangeError} such as `images[17, 3, 4, 0]: every value must be finite, got NaN`
 */
export function assertFinite(tensor: HostTensor<'float32' | 'float64'>, name: string): void {
  const flat = tensor.data.findIndex((value) => !Number.isFinite(value));
  if (flat !== -1) throw new RangeError(`${name}[${place(tensor.shape, flat).join(', ')}]: every value must be finite, got ${tensor.data[flat]}`);
}
