import type { ToHostInput } from '@mixwell/tensor';
import { readHost } from './read-host.ts';

/**
 * Labels `[length]`, any whole numbers, in float64. Names of classes are none: number them first.
 *
 * @throws {RangeError} for another shape, or naming the first label that is no whole number
 */
export function readLabels(caller: string, name: string, input: ToHostInput, length?: number): Float64Array {
  const { shape, data } = readHost(caller, name, input);
  if (shape.length !== 1 || (length !== undefined && shape[0] !== length)) throw new RangeError(`${caller}: ${name} must have shape [${length ?? 'length'}], got [${shape.join(', ')}]`);
  const labels = Float64Array.from(data as ArrayLike<number | bigint>, Number);
  const bad = labels.findIndex((label) => !Number.isSafeInteger(label));
  if (bad !== -1) throw new RangeError(`${caller}: ${name}[${bad}] must be a whole number, got ${labels[bad]}`);
  return labels;
}

/** Labels as 0, 1, … in the order in which they first come, and how often each comes. */
export interface Classes {
  readonly of: Int32Array;
  readonly counts: readonly number[];
  readonly numbers: ReadonlyMap<number, number>;
}

export function numberClasses(labels: Float64Array): Classes {
  const numbers = new Map<number, number>();
  const counts: number[] = [];
  const of = Int32Array.from(labels, (label) => {
    const known = numbers.get(label) ?? numbers.size;
    numbers.set(label, known);
    counts[known] = (counts[known] ?? 0) + 1;
    return known;
  });
  return { of, counts, numbers };
}
