import { type HostTensor, toFloat32, toHost, type ToHostInput } from '@mixwell/tensor';

/** Row-major numbers, all finite; shared with the caller where they came as float32 or float64. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array | Float64Array;
}

function numbersOf(host: HostTensor): Float32Array | Float64Array {
  const { dtype, data } = host;
  if (data instanceof Float32Array || data instanceof Float64Array) return data;
  return dtype === 'float16' || dtype === 'bfloat16' ? toFloat32(host).data : Float64Array.from(data as ArrayLike<number | bigint>, Number);
}

/**
 * Numbers `[rows, …]`; axes behind the first are one.
 *
 * @throws {RangeError} for less than two axes, no rows or columns, or naming the first element that is not finite
 */
export function readMatrix(caller: string, name: string, input: ToHostInput): Matrix {
  const host = toHost(input);
  const [rows = 0] = host.shape;
  const values = numbersOf(host);
  if (host.shape.length < 2 || values.length === 0) throw new RangeError(`${caller}: ${name} must have shape [rows, columns], none of them 0, got [${host.shape.join(', ')}]`);
  const columns = values.length / rows;
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) throw new RangeError(`${caller}: ${name}: row ${Math.floor(bad / columns)}, column ${bad % columns} must be finite, got ${values[bad]}`);
  return { rows, columns, values };
}

/** @throws {RangeError} where a matrix has another number of rows or columns; null means any */
export function checkSize(caller: string, name: string, { rows, columns }: Matrix, wantedRows: number | null, wantedColumns: number): void {
  if ((wantedRows !== null && rows !== wantedRows) || columns !== wantedColumns) {
    throw new RangeError(`${caller}: ${name} must have shape [${wantedRows ?? 'rows'}, ${wantedColumns}], got [${rows}, ${columns}]`);
  }
}

/**
 * A classifier `[classes, features]` in float64.
 *
 * @throws {RangeError} for fewer than two classes, or a row of zeros
 */
export function readClassifier(caller: string, input: ToHostInput): Matrix & { readonly values: Float64Array } {
  const { rows, columns, values } = readMatrix(caller, 'classifier', input);
  if (rows < 2) throw new RangeError(`${caller}: classifier must have at least 2 rows, got ${rows}`);
  const zero = Array.from({ length: rows }, (_, k) => k).find((k) => values.subarray(k * columns, (k + 1) * columns).every((value) => value === 0));
  if (zero !== undefined) throw new RangeError(`${caller}: classifier: row ${zero} must not be zero`);
  return { rows, columns, values: Float64Array.from(values) };
}

/**
 * Finite numbers `[length]` in float64.
 *
 * @throws {RangeError} for another shape, or naming the first that is not finite
 */
export function readVector(caller: string, name: string, input: ToHostInput, length: number): Float64Array {
  const host = toHost(input);
  if (host.shape.length !== 1 || host.shape[0] !== length) throw new RangeError(`${caller}: ${name} must have shape [${length}], got [${host.shape.join(', ')}]`);
  const values = Float64Array.from(numbersOf(host));
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad !== -1) throw new RangeError(`${caller}: ${name}[${bad}] must be finite, got ${values[bad]}`);
  return values;
}

/** @throws {RangeError} naming the first of the labels `[rows]` that is no class */
export function readLabels(caller: string, input: ToHostInput, rows: number, classes: number, name = 'labels'): Int32Array {
  const values = readVector(caller, name, input, rows);
  const bad = values.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label < classes));
  if (bad !== -1) throw new RangeError(`${caller}: ${name}: row ${bad} must be a whole number in [0, ${classes}), got ${values[bad]}`);
  return Int32Array.from(values);
}
