import type { HostTensor } from '@mixwell/tensor';

/** The element types of golden files, and how each is held. int64 arrives as int32, which is what the functions under test take. */
const arrays = {
  float64: Float64Array,
  float32: Float32Array,
  int64: Int32Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const;

type GoldenDType = keyof typeof arrays;

function checkShape(shape: unknown, where: string): number {
  const holds = Array.isArray(shape) && shape.every((size: unknown) => Number.isSafeInteger(size) && (size as number) >= 0);
  if (!holds) throw new TypeError(`${where}: shape must be a list of whole numbers >= 0, got ${JSON.stringify(shape)}`);
  return (shape as number[]).reduce((a, b) => a * b, 1);
}

/** A tensor of a golden file, `{ shape, dtype, data }` with flat data, as a host tensor. */
export function readTensor(json: Readonly<Record<string, unknown>>, where: string): HostTensor {
  const { shape, dtype, data } = json;
  const size = checkShape(shape, where);
  if (typeof dtype !== 'string' || !Object.hasOwn(arrays, dtype)) {
    throw new TypeError(`${where}: dtype must be one of ${Object.keys(arrays).join(', ')}, got ${JSON.stringify(dtype)}`);
  }
  if (!Array.isArray(data)) throw new TypeError(`${where}: data must be a flat list, got ${JSON.stringify(data)}`);
  if (data.length !== size) throw new RangeError(`${where}: data must have ${size} elements (shape [${(shape as number[]).join(', ')}]), got ${data.length}`);
  const typed = new arrays[dtype as GoldenDType](size);
  const exact = !dtype.startsWith('float');
  data.forEach((value: unknown, i) => {
    typed[i] = value as number;
    const fits = typeof value === 'number' ? !exact || typed[i] === value : dtype === 'bool' && typeof value === 'boolean';
    if (!fits || (dtype === 'bool' && typed[i]! > 1)) throw new TypeError(`${where}: data[${i}] must be a ${dtype}, got ${JSON.stringify(value)}`);
  });
  return { dtype: dtype === 'int64' ? 'int32' : (dtype as GoldenDType), shape: shape as number[], data: typed };
}
