import { closest, distance } from 'fastest-levenshtein';

/** Where a value stands in a recipe: 'models[1].parameters'. */
export type Place = string;

export const fail = (place: Place, problem: string): never => {
  throw new RangeError(`recipe: ${place === '' ? '' : `${place}: `}${problem}`);
};

const show = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
};

/** Where a key stands. */
export const inside = (place: Place, key: string | number): Place => (typeof key === 'number' ? `${place}[${key}]` : place === '' ? key : `${place}.${key}`);

/** @throws {RangeError} naming the key and the known one that is nearest */
export function checkKey(place: Place, key: string, known: readonly string[]): void {
  if (known.includes(key)) return;
  const name = show(key);
  if (known.length === 0) fail(place, `key ${name} is not known, there must be none`);
  const nearest = closest(key, [...known]);
  const isNear = distance(key, nearest) <= Math.max(2, key.length / 3);
  fail(place, `key ${name} is not known; ${isNear ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`}`);
}

/** A mapping with known keys only. */
export function readMapping(value: unknown, place: Place, known: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail(place, `must be a mapping, got ${show(value)}`);
  for (const key of Object.keys(value)) checkKey(place, key, known);
  return value as Readonly<Record<string, unknown>>;
}

export function readList<T>(value: unknown, place: Place, read: (item: unknown, place: Place) => T): T[] {
  if (!Array.isArray(value) || value.length === 0) return fail(place, `must be a list of at least one, got ${show(value)}`);
  return value.map((item: unknown, i) => read(item, inside(place, i)));
}

export function readText(value: unknown, place: Place): string {
  return typeof value === 'string' && value !== '' ? value : fail(place, `must be a text, got ${show(value)}`);
}

export function readFlag(value: unknown, place: Place): boolean {
  return typeof value === 'boolean' ? value : fail(place, `must be true or false, got ${show(value)}`);
}

export function readChoice<const T extends string>(value: unknown, place: Place, choices: readonly T[]): T {
  return choices.find((choice) => choice === value) ?? fail(place, `must be one of ${choices.join(', ')}, got ${show(value)}`);
}

/** The value of an optional key, read. */
export function optional<T>(mapping: Readonly<Record<string, unknown>>, place: Place, key: string, read: (value: unknown, place: Place) => T): T | undefined {
  const value = mapping[key];
  return value === undefined || value === null ? undefined : read(value, inside(place, key));
}
