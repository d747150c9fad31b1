import { decodeBase64, encodeBase64 } from './base64.ts';
import { checkPlan } from './check-plan.ts';
import type { Plan } from './plan.ts';

/** A plan as plain JSON: its arrays as base64 of their little-endian elements. */
export type PlanJson = Readonly<Record<string, string | number>>;

const version = 1;
const numbers = ['batch', 'rows', 'k', 'height', 'width', 'tileRows', 'tileColumns', 'aligned'];
const integerArrays = ['sources', 'boxes', 'crops', 'tiles'];
const floatArrays = ['labelWeights', 'weights', 'masks'];

/** Fields by kind, besides the common ones. */
const fields: Readonly<Record<Plan['kind'], readonly string[]>> = {
  scalar: ['weights'],
  box: ['height', 'width', 'boxes'],
  mask: ['height', 'width', 'masks', 'upsampling'],
};

function littleEndian(array: Int32Array | Float32Array): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(array.length * 4));
  array.forEach((value, i) => (array instanceof Int32Array ? bytes.setInt32(4 * i, value, true) : bytes.setFloat32(4 * i, value, true)));
  return new Uint8Array(bytes.buffer);
}

/** Fields that a plan may lack. */
const optional: Readonly<Record<Plan['kind'], readonly string[]>> = {
  scalar: ['stage', 'aligned'],
  box: ['stage', 'crops', 'resize'],
  mask: ['stage', 'tiles', 'tileRows', 'tileColumns'],
};

const keysOf = (kind: Plan['kind'], has: (key: string) => boolean): readonly string[] => ['batch', 'rows', 'k', 'sources', 'labelWeights', ...fields[kind], ...optional[kind].filter(has)];

/** Plain JSON that holds the whole plan; `planFromJson` gives it back bit for bit. */
export function planToJson(plan: Plan): PlanJson {
  checkPlan(plan, 'planToJson');
  const values = plan as unknown as Readonly<Record<string, string | number | Int32Array | Float32Array>>;
  const entries = keysOf(plan.kind, (key) => values[key] !== undefined).map((key): [string, string | number] => {
    const value = values[key]!;
    return [key, typeof value === 'object' ? encodeBase64(littleEndian(value)) : value];
  });
  return { version, kind: plan.kind, ...Object.fromEntries(entries) };
}

function readArray(key: string, value: unknown): Int32Array | Float32Array {
  const bytes = typeof value === 'string' ? decodeBase64(value) : undefined;
  if (!bytes || bytes.length % 4 !== 0) throw new TypeError(`planFromJson: ${key} must be base64 of 4-byte elements, got ${JSON.stringify(value).slice(0, 60)}`);
  const view = new DataView(bytes.buffer);
  const length = bytes.length / 4;
  return integerArrays.includes(key)
    ? Int32Array.from({ length }, (_, i) => view.getInt32(4 * i, true))
    : Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
}

function readField(json: Readonly<Record<string, unknown>>, key: string): unknown {
  const value = json[key];
  if (value === undefined) throw new TypeError(`planFromJson: ${key} is missing`);
  if (integerArrays.includes(key) || floatArrays.includes(key)) return readArray(key, value);
  const type = numbers.includes(key) ? 'number' : 'string';
  if (typeof value !== type) throw new TypeError(`planFromJson: ${key} must be a ${type}, got ${JSON.stringify(value)}`);
  return value;
}

/**
 * A plan from its JSON, checked in full.
 *
 * @throws {TypeError} for another version or kind, a field that is missing, unknown or of another type
 * @throws {RangeError} for sources out of range, and whatever else `checkPlan` refuses
 */
export function planFromJson(json: unknown): Plan {
  if (typeof json !== 'object' || json === null) throw new TypeError(`planFromJson: expected an object, got ${JSON.stringify(json)}`);
  const { version: found, kind, ...rest } = json as Readonly<Record<string, unknown>>;
  if (found !== version) throw new TypeError(`planFromJson: version must be ${version}, got ${JSON.stringify(found)}`);
  if (typeof kind !== 'string' || !Object.hasOwn(fields, kind)) throw new TypeError(`planFromJson: kind must be one of ${Object.keys(fields).join(', ')}, got ${JSON.stringify(kind)}`);
  const keys = keysOf(kind as Plan['kind'], (key) => Object.hasOwn(rest, key));
  const unknown = Object.keys(rest).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new TypeError(`planFromJson: a plan of kind '${kind}' has no field ${unknown}`);
  const plan = { kind, ...Object.fromEntries(keys.map((key) => [key, readField(rest, key)])) } as unknown as Plan;
  checkPlan(plan, 'planFromJson');
  return plan;
}
