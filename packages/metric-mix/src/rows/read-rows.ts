import { type HostTensor, toFloat32, type ToHostInput } from '@mixwell/tensor';
import { readHost } from './read-host.ts';

/** Rows of finite numbers, one after the other; shared with the caller where they came as float32. */
export interface Rows {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/** Place of the first number that is not finite, or −1: a plain loop, ten times as fast as `findIndex` over millions. */
function firstNotFinite(values: Float32Array): number {
  for (let at = 0; at < values.length; at++) if (values[at]! - values[at]! !== 0) return at;
  return -1;
}

/**
 * Numbers `[rows, columns]` as float32.
 *
 * @throws {RangeError} for another number of axes, no rows or columns, or naming the first element that is not finite
 */
export function readRows(caller: string, name: string, input: ToHostInput): Rows {
  const { shape, data: values }: HostTensor<'float32'> = toFloat32(readHost(caller, name, input));
  const [rows = 0, columns = 0] = shape;
  if (shape.length !== 2 || rows < 1 || columns < 1) throw new RangeError(`${caller}: ${name} must have shape [rows, columns], none of them 0, got [${shape.join(', ')}]`);
  const bad = firstNotFinite(values);
  if (bad !== -1) throw new RangeError(`${caller}: ${name}: row ${Math.floor(bad / columns)}, column ${bad % columns} must be finite in float32, got ${values[bad]}`);
  return { rows, columns, values };
}

/** @throws {RangeError} where two sets of rows differ in width */
export function checkSameWidth(caller: string, names: readonly [string, string], a: Rows, b: Rows): void {
  if (a.columns !== b.columns) throw new RangeError(`${caller}: ${names[0]} and ${names[1]} must have rows of one length, got ${a.columns} and ${b.columns}`);
}
