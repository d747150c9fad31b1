import type { HostTensor } from '@mixwell/tensor';
import type { AxisUnits } from './permutation-spec.ts';

/** An axis of units in the elements of a tensor: unit u of `outer`, `inner` lies at (outer · units + u) · inner. */
export interface AxisView {
  readonly outer: number;
  readonly units: number;
  readonly inner: number;
}

/** @throws {RangeError} where the length of the axis is no multiple of the units */
export function axisView(name: string, { shape }: HostTensor, axis: number, entry: AxisUnits, units: number): AxisView {
  const length = shape[axis] ?? 0;
  const before = shape.slice(0, axis).reduce((a, b) => a * b, 1);
  const after = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const runs = typeof entry === 'object' ? entry : null;
  const { outer = 1 } = runs ?? {};
  const times = length / (units * outer);
  if (!(Number.isInteger(times) && times >= 1)) throw new RangeError(`alignment: axis ${axis} of ${name} must have a multiple of ${units * outer} elements, got shape [${shape.join(', ')}]`);
  return runs ? { outer: before * outer, units, inner: times * after } : { outer: before * times, units, inner: after };
}

/** Elements with unit u taken from unit `order[u]`. */
export function takeUnits<A extends HostTensor['data']>(data: A, { outer, units, inner }: AxisView, order: ArrayLike<number>): A {
  const out = data.slice() as A;
  for (let o = 0; o < outer; o++) {
    for (let u = 0; u < units; u++) {
      const from = (o * units + order[u]!) * inner;
      out.set(data.subarray(from, from + inner) as never, (o * units + u) * inner);
    }
  }
  return out;
}

/** Adds ⟨unit i of a, unit j of b⟩ to `similarity[i, j]`. */
export function addSimilarity(similarity: Float64Array, a: ArrayLike<number>, b: ArrayLike<number>, { outer, units, inner }: AxisView): void {
  const rows = (data: ArrayLike<number>): Float64Array[] => Array.from({ length: units }, (_, u) => {
    const row = new Float64Array(outer * inner);
    for (let o = 0; o < outer; o++) for (let i = 0; i < inner; i++) row[o * inner + i] = data[(o * units + u) * inner + i]!;
    return row;
  });
  const [x, y] = [rows(a), rows(b)];
  x.forEach((row, i) => y.forEach((column, j) => {
    let sum = 0;
    for (let e = 0; e < row.length; e++) sum += row[e]! * column[e]!;
    similarity[i * units + j]! += sum;
  }));
}
