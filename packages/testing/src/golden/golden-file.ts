import type { HostTensor } from '@mixwell/tensor';
import { readFileSync } from 'node:fs';
import { type Leaf, leaves } from './leaves.ts';
import { readTensor } from './read-tensor.ts';

/** |got − wanted| ≤ atol + rtol·|wanted|. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

/** What a handler computes from: one golden file without its answers. */
export interface GoldenVector {
  readonly name: string;
  readonly family: string;
  readonly params: Readonly<Record<string, unknown>>;
  /**
   * Host tensors by name; what is not a tensor in the file passes as it is, what the file lacks is undefined. Typed loosely, so that a handler
   * can say `{ inputs: { logits, labels } }`. A file with `probs` and without `logits` has the natural logarithms as `logits`.
   */
  // oxlint-disable-next-line typescript/no-explicit-any -- the file decides what an input is
  readonly inputs: Readonly<Record<string, any>>;
}

export interface GoldenFile extends GoldenVector {
  /** Flat: nested outputs are called `outer.inner`. */
  readonly outputs: ReadonlyMap<string, Leaf>;
  readonly tolerance: Tolerance;
}

type Json = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** NaN and ±Infinity are no JSON, but Python writes them. A marked string carries them through the parser. */
function parseJson(text: string): unknown {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (token) => (token.startsWith('"') ? token : `"\\u0000${token}"`));
  return JSON.parse(marked, (_, value: unknown) => (typeof value === 'string' && value.startsWith('\0') ? Number(value.slice(1)) : value)) as unknown;
}

/** ln p as logits, whose softmax is p again. ln 0 is −∞, which no logit is: the smallest normal double stands in for 0. */
function logitsOf(probabilities: HostTensor<'float64'>): HostTensor<'float64'> {
  return { ...probabilities, data: probabilities.data.map((p) => Math.log(Math.max(p, 2.2250738585072014e-308))) };
}

function readInputs(inputs: Json, where: string): Json {
  const read = Object.entries(inputs).map(([key, value]): [string, unknown] =>
    [key, isRecord(value) && 'data' in value ? readTensor(value, `${where}: inputs.${key}`) : value]);
  const { logits, probs, ...rest } = Object.fromEntries(read) as Record<string, unknown>;
  if (logits !== undefined) return { ...rest, logits, ...(probs !== undefined && { probs }) };
  return probs === undefined ? rest : { ...rest, probs, logits: logitsOf(probs as HostTensor<'float64'>) };
}

function readTolerance(tolerance: Json, where: string): Tolerance {
  const { rtol, atol } = tolerance;
  for (const [key, value] of Object.entries({ rtol, atol })) {
    if (typeof value !== 'number' || !(value >= 0 && value < Infinity)) throw new TypeError(`${where}: tolerance.${key} must be a number >= 0, got ${JSON.stringify(value)}`);
  }
  return { rtol: rtol as number, atol: atol as number };
}

/** Checks the text of a golden file of `system`; `where` is what errors call it. */
export function parseGolden(text: string, system: string, where: string): GoldenFile {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (error) {
    throw new SyntaxError(`${where}: must be JSON, ${(error as Error).message}`, { cause: error });
  }
  if (!isRecord(json)) throw new TypeError(`${where}: must be a JSON object`);
  const field = <T>(key: string, rule: string, holds: (value: unknown) => value is T): T => {
    const value = json[key];
    if (!holds(value)) throw new TypeError(`${where}: field '${key}' must be ${rule}, got ${value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 60)}`);
    return value;
  };
  const string = (key: string): string => field(key, 'a string', (value) => typeof value === 'string');
  const record = (key: string): Json => field(key, 'an object', isRecord);
  field('system', `'${system}'`, (value): value is string => value === system);
  string('source'); // numbers of unknown origin prove nothing
  field('outputs', 'an object that is not empty', (value): value is Json => isRecord(value) && Object.keys(value).length > 0);
  return {
    name: string('name'),
    family: string('family'),
    params: record('params'),
    inputs: readInputs(record('inputs'), where),
    outputs: new Map(Object.entries(record('outputs')).flatMap(([key, value]) => leaves(value, key, `${where}: outputs`, readTensor))),
    tolerance: readTolerance(record('tolerance'), where),
  };
}

/** Reads a golden file. Throws an error that names file and field when it is damaged. */
export function readGolden(path: string, system: string, where: string): GoldenFile {
  return parseGolden(readFileSync(path, 'utf8'), system, where);
}
