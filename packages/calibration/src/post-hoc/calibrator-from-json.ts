import type { BinaryCalibrator } from './binary/binary-calibrator.ts';
import type { Calibrator } from './calibrator.ts';

type Path = string;
type Check = (value: unknown, path: Path) => void;
type Fields = Readonly<Record<string, Check>>;

const show = (value: unknown): string => {
  const text = typeof value === 'object' && value !== null ? (Array.isArray(value) ? 'an array' : 'an object') : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

function must(holds: boolean, path: Path, rule: string, value: unknown): asserts holds {
  if (!holds) throw new RangeError(`calibratorFromJSON: ${path} must be ${rule}, got ${show(value)}`);
}

const number = (rule = 'a finite number', holds: (x: number) => boolean = () => true): Check => (value, path) => must(typeof value === 'number' && Number.isFinite(value) && holds(value), path, rule, value);
const boolean: Check = (value, path) => must(typeof value === 'boolean', path, 'true or false', value);
const text: Check = (value, path) => must(typeof value === 'string', path, 'a text', value);
const positive = number('a number > 0', (x) => x > 0);
const notNegative = number('a number >= 0', (x) => x >= 0);
const unit = number('a number in [0, 1]', (x) => x >= 0 && x <= 1);
const count = number('a whole number >= 0', (x) => Number.isInteger(x) && x >= 0);

const list = (each: Check, fewest = 0): Check => (value, path) => {
  must(Array.isArray(value) && value.length >= fewest, path, fewest > 0 ? `an array of at least ${fewest}` : 'an array', value);
  value.forEach((item, i) => each(item, `${path}[${i}]`));
};

const fixed = { warnings: list(text) };
const affine = { ...fixed, bias: list(number(), 1), objective: number(), gradient: notNegative, iterations: count, converged: boolean };

/** The fields of each method that maps scores. */
const binaryFields: Readonly<Record<BinaryCalibrator['type'], Fields>> = {
  platt: { ...fixed, a: number(), b: number() },
  beta: { ...fixed, a: notNegative, b: notNegative, c: number() },
  isotonic: { ...fixed, x: list(number(), 1), y: list(unit, 1), tilt: number() },
  histogram: { ...fixed, edges: list(unit), values: list(unit, 1) },
};

/** The fields of each method that maps class predictions. */
const fields: Readonly<Record<Calibrator['type'], Fields>> = {
  'temperature': { ...fixed, temperature: positive, beta: positive, atBound: boolean, flat: boolean, slope: number(), iterations: count },
  'ensemble-temperature': { ...fixed, temperature: positive, weights: list(unit, 3), objective: number() },
  'vector': { ...affine, weights: list(number(), 1) },
  'matrix': { ...affine, weights: list(list(number()), 1) },
  'dirichlet': { ...affine, weights: list(list(number()), 1) },
  'one-vs-rest': { ...fixed, maps: list((map, path) => checkBinary(map, path), 1) },
  'top-label': { ...fixed, map: (map, path) => checkBinary(map, path) },
};

function checkFields(value: unknown, known: Readonly<Record<string, Fields>>, path: Path): asserts value is Readonly<Record<string, unknown>> & { readonly type: string } {
  must(typeof value === 'object' && value !== null && !Array.isArray(value), path, 'an object', value);
  const { type, version, ...rest } = value as Readonly<Record<string, unknown>>;
  must(typeof type === 'string' && Object.hasOwn(known, type), `${path}.type`, `one of ${Object.keys(known).join(', ')}`, type);
  must(version === 1, `${path}.version`, '1', version);
  for (const [name, check] of Object.entries(known[type]!)) check(rest[name], `${path}.${name}`);
  const stray = Object.keys(rest).find((name) => !Object.hasOwn(known[type]!, name));
  must(stray === undefined, path, `a calibrator of type ${type} without other fields`, stray);
}

const grows = (values: readonly number[]): boolean => values.every((x, i) => i === 0 || x > values[i - 1]!);

function checkBinary(value: unknown, path: Path): asserts value is BinaryCalibrator {
  checkFields(value, binaryFields, path);
  const map = value as unknown as BinaryCalibrator;
  if (map.type === 'isotonic') {
    must(grows(map.x), `${path}.x`, 'growing', map.x);
    must(map.y.length === map.x.length, `${path}.y`, `as long as x (${map.x.length})`, map.y.length);
    must(map.y.every((y, i) => i === 0 || y >= map.y[i - 1]!) || map.y.every((y, i) => i === 0 || y <= map.y[i - 1]!), `${path}.y`, 'monotone', map.y);
  }
  if (map.type === 'histogram') {
    must(grows(map.edges), `${path}.edges`, 'growing', map.edges);
    must(map.values.length === map.edges.length + 1, `${path}.values`, `one more than edges (${map.edges.length + 1})`, map.values.length);
  }
}

function checkMulticlass(value: unknown, path: Path): asserts value is Calibrator {
  checkFields(value, fields, path);
  const map = value as unknown as Calibrator;
  if (map.type === 'ensemble-temperature') {
    must(map.weights.length === 3 && Math.abs(map.weights[0] + map.weights[1] + map.weights[2] - 1) <= 1e-9, `${path}.weights`, 'three numbers whose sum is 1', map.weights);
  }
  if (map.type === 'vector') must(map.weights.length === map.bias.length, `${path}.weights`, `as long as bias (${map.bias.length})`, map.weights.length);
  if (map.type === 'matrix' || map.type === 'dirichlet') {
    must(map.weights.length === map.bias.length, `${path}.weights`, `as long as bias (${map.bias.length})`, map.weights.length);
    map.weights.forEach((row, i) => must(row.length === map.bias.length, `${path}.weights[${i}]`, `as long as bias (${map.bias.length})`, row.length));
  }
  if (map.type === 'one-vs-rest') map.maps.forEach(({ type }, i) => must(type === map.maps[0]!.type, `${path}.maps[${i}].type`, `that of the first (${map.maps[0]!.type})`, type));
}

/**
 * A calibrator that was written by `JSON.stringify`: every field is checked.
 *
 * @throws SyntaxError for what is no JSON; RangeError naming the field that does not fit: `calibratorFromJSON: calibrator.temperature must be a number > 0, got -1`
 */
export function calibratorFromJSON(json: string): Calibrator | BinaryCalibrator {
  const value: unknown = JSON.parse(json);
  const type = (value as { readonly type?: unknown } | null)?.type;
  if (typeof type === 'string' && Object.hasOwn(binaryFields, type)) {
    checkBinary(value, 'calibrator');
    return value;
  }
  checkMulticlass(value, 'calibrator');
  return value;
}
