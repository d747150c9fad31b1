import { methods, type MethodName } from '../methods/methods.ts';
import type { Filtered, Parameters, ParameterValue } from '../parameters/resolve-parameter.ts';
import { checkKey, fail, inside, type Place, readMapping } from './read-node.ts';

/** Says in mergekit in which type a mask is held; here it changes nothing. */
const withoutEffect = ['int8_mask'];

/** A value, a gradient, a list of filters, or values by glob. */
function readValue(value: unknown, place: Place): ParameterValue {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  if (Array.isArray(value) && value.length > 0) {
    if (value.every((item) => typeof item === 'number')) return value;
    return value.map((item: unknown, i): Filtered => {
      const { filter, value: inner } = readMapping(item, inside(place, i), ['filter', 'value']);
      if (filter !== undefined && filter !== null && typeof filter !== 'string') fail(inside(place, i), 'filter must be a text');
      return { ...(typeof filter === 'string' && { filter }), value: readValue(inner, inside(inside(place, i), 'value')) };
    });
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    if ('filter' in value || 'value' in value) fail(place, 'filters must be a list: [{ filter, value }, …], got one by itself');
    return Object.fromEntries(Object.entries(value).map(([pattern, inner]) => [pattern, readValue(inner, inside(place, pattern))]));
  }
  return fail(place, 'must be a value, a list of numbers (a gradient), a list of { filter, value }, or values by glob');
}

/** Parameters of a method. @throws {RangeError} naming a key that is none and the one that is nearest */
export function readParameters(value: unknown, place: Place, method: MethodName): Parameters {
  if (value === undefined || value === null) return {};
  const known = Object.keys(methods[method].parameters);
  const entries = Object.entries(readMapping(value, place, typeof value === 'object' ? Object.keys(value) : []));
  return Object.fromEntries(entries.filter(([key]) => !withoutEffect.includes(key)).map(([key, item]) => {
    checkKey(place, key, known);
    return [key, readValue(item, inside(place, key))];
  }));
}

const isGradient = (value: ParameterValue): value is readonly number[] => Array.isArray(value) && typeof value[0] === 'number';
const isFiltered = (value: ParameterValue): value is readonly Filtered[] => Array.isArray(value) && typeof value[0] === 'object';

/** One value before another: what the first does not say of a tensor, the second does. */
function before(first: ParameterValue, second: ParameterValue | undefined): ParameterValue {
  if (second === undefined || typeof first !== 'object') return first;
  if (isFiltered(first)) return [...first, { value: second }];
  return isGradient(first) ? first : { ...first, ...(!Object.hasOwn(first, '*') && { '*': second }) };
}

/** Parameters by precedence, the first before the second and so on. */
export function layered(...all: readonly Parameters[]): Parameters {
  return all.reduceRight<Parameters>((rest, first) => ({ ...rest, ...Object.fromEntries(Object.entries(first).map(([key, value]) => [key, before(value, rest[key])])) }), {});
}
