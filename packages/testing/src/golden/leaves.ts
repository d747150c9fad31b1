import type { HostTensor } from '@mixwell/tensor';

/** Numbers of one output in row-major order; with a shape when what they came from has one. */
export interface Leaf {
  readonly values: ArrayLike<number>;
  readonly shape?: readonly number[];
}

/** What a handler may return for an output. A record or a list of tensors is several outputs: `outer.inner`, `outer.0`. */
export type GoldenOutput =
  | number
  | boolean
  | undefined
  | ArrayLike<number>
  | HostTensor
  | readonly GoldenOutput[]
  | { readonly [name: string]: GoldenOutput };

type Json = Readonly<Record<string, unknown>>;

const isScalar = (value: unknown): value is number | boolean => typeof value === 'number' || typeof value === 'boolean';
const isNumbers = (value: unknown): boolean => isScalar(value) || (Array.isArray(value) && value.every(isNumbers));

function ofTensor({ dtype, shape, data }: HostTensor, where: string): Leaf {
  if (dtype === 'float16' || dtype === 'bfloat16') throw new TypeError(`${where}: must be converted to float32 first, got ${dtype}`);
  return { values: dtype === 'int64' ? Array.from(data as BigInt64Array, Number) : (data as Int32Array), shape };
}

type ReadTensor = (json: Json, where: string) => HostTensor;
const asItIs: ReadTensor = (value) => value as unknown as HostTensor;

/** Takes a value apart into named lists of numbers. `tensor` reads what has `data`; undefined values are left out. */
export function leaves(value: unknown, path: string, where: string, tensor: ReadTensor = asItIs): [string, Leaf][] {
  const here = `${where}.${path}`;
  if (value === undefined) return [];
  if (ArrayBuffer.isView(value)) return [[path, { values: value as Int32Array }]];
  if (isNumbers(value)) return [[path, { values: [value].flat(Infinity).map(Number) }]];
  if (typeof value !== 'object' || value === null) throw new TypeError(`${here}: must be numbers, a tensor, or lists and records of them, got ${String(value)}`);
  if ('data' in value) return [[path, ofTensor(tensor(value as Json, here), here)]];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, `${path}.${key}`, where, tensor));
}
