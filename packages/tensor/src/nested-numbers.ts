import { type HostTensor, hostTensor } from './host-tensor.ts';

/** Numbers in nested arrays, all of one length at each depth. */
export type NestedNumbers = number | boolean | bigint | readonly NestedNumbers[];

type Element = number | boolean | bigint;

/** The shape, and the kind of the elements, as the first element of each array has them. */
function firstPath(x: NestedNumbers): { readonly shape: readonly number[]; readonly kind: string } {
  const shape: number[] = [];
  let inner: NestedNumbers | undefined = x;
  while (Array.isArray(inner)) {
    shape.push(inner.length);
    inner = (inner as readonly NestedNumbers[])[0];
  }
  return { shape, kind: typeof inner === 'boolean' || typeof inner === 'bigint' ? typeof inner : 'number' };
}

function describe(x: unknown): string {
  if (Array.isArray(x)) return `an array of ${x.length}`;
  return ['number', 'boolean', 'bigint', 'string'].includes(typeof x) ? `${typeof x} ${x as string}` : typeof x;
}

/** The elements in order. @throws {RangeError} naming the place where an array is ragged, or an element of another kind */
function elementsOf(x: NestedNumbers, shape: readonly number[], kind: string): Element[] {
  const elements: Element[] = [];
  const place: number[] = [];
  const walk = (part: NestedNumbers, depth: number): void => {
    const length = shape[depth];
    if (length === undefined ? typeof part !== kind : !Array.isArray(part) || part.length !== length) {
      const rule = length === undefined ? `a ${kind}` : `an array of ${length} as its neighbours are`;
      throw new RangeError(`toHost: x${place.map((i) => `[${i}]`).join('')} must be ${rule}, got ${describe(part)}`);
    }
    if (length === undefined) {
      elements.push(part as Element);
      return;
    }
    for (let i = 0; i < length; i++) {
      place[depth] = i;
      walk((part as readonly NestedNumbers[])[i]!, depth + 1);
    }
    place.length = depth;
  };
  walk(x, 0);
  return elements;
}

function int64Of(elements: readonly bigint[]): BigInt64Array {
  const wide = elements.find((value) => BigInt.asIntN(64, value) !== value);
  if (wide !== undefined) throw new RangeError(`toHost: x must fit in int64, got ${wide}`);
  return BigInt64Array.from(elements);
}

/** Numbers as float64, booleans as bool, bigints as int64. @throws {RangeError} naming the place where an array is ragged, or an element of another kind */
export function nestedToHost(x: NestedNumbers): HostTensor {
  const { shape, kind } = firstPath(x);
  const elements = elementsOf(x, shape, kind);
  switch (kind) {
    case 'boolean': return hostTensor('bool', shape, new Uint8Array(elements.map(Number)));
    case 'bigint': return hostTensor('int64', shape, int64Of(elements as bigint[]));
    default: return hostTensor('float64', shape, new Float64Array(elements as number[]));
  }
}
