import { toHost } from '@mixwell/tensor';
import type { LabelInput } from '../plan/mix-labels.ts';

/** What partners are chosen by: one vector for each of `count` examples. */
export interface Vectors {
  /** [count, dim] */
  readonly data: Float64Array;
  readonly count: number;
  readonly dim: number;
}

/**
 * Labels (or inputs, or features) as vectors; a list of numbers is vectors of one element.
 *
 * @throws {RangeError} where there are none, their shape is neither [count] nor [count, dim], or a value is NaN or infinite, naming it
 */
export function readVectors(caller: string, name: string, input: LabelInput): Vectors {
  const { shape, data, dtype } = toHost(input);
  const [count = 0, dim = 1] = shape;
  if (shape.length < 1 || shape.length > 2 || count === 0 || dim === 0) throw new RangeError(`${caller}: ${name} must have shape [count] or [count, dim], got [${shape.join(', ')}]`);
  if (dtype === 'float16' || dtype === 'bfloat16') throw new TypeError(`${caller}: ${name} must be converted to float32 first, got ${dtype}`);
  const values = dtype === 'int64' ? Float64Array.from(data as BigInt64Array, Number) : new Float64Array(data as Float64Array);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) {
    const place = shape.length === 1 ? `${bad}` : `${Math.floor(bad / dim)}, ${bad % dim}`;
    throw new RangeError(`${caller}: ${name}[${place}] must be finite, got ${values[bad]}`);
  }
  return { data: values, count, dim };
}

/** @throws {RangeError} where the only example may not be its own partner */
export function checkOthers(caller: string, { count }: Vectors, { excludeSelf }: { readonly excludeSelf?: boolean }): void {
  if (excludeSelf && count === 1) throw new RangeError(`${caller}: excludeSelf must be false where there is one example only`);
}
