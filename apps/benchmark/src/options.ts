import { resolve } from 'node:path';
import type { ArgsDef } from 'citty';
import { areas } from './areas.ts';
import { readArguments } from './arguments.ts';

/** What `npm run bench -- <area>` is asked for. */
export interface BenchOptions {
  readonly area: string;
  readonly cases: readonly string[];
  readonly modes: readonly string[];
  readonly peers: readonly string[];
  readonly turns: number;
  readonly seconds: number;
  /** File for the figures, or null. */
  readonly json: string | null;
}

type Choice = 'cases' | 'modes' | 'peers';

const areaNames = Object.keys(areas);
const choices = (key: Choice): string => Object.entries(areas).filter(([, area]) => area[key].length > 0).map(([name, area]) => `${name}: ${area[key].join(', ')}`).join('; ');

/** The command line, as citty describes it in `--help`. */
export const argumentDefinitions = {
  area: { type: 'positional', required: true, valueHint: areaNames.join('|'), description: 'what to time' },
  json: { type: 'string', valueHint: 'file', description: 'writes the figures as JSON too' },
  case: { type: 'string', valueHint: 'names', description: `some of the area's, apart by commas (default: all). ${choices('cases')}` },
  mode: { type: 'string', valueHint: 'names', description: `kinds of step (default: all). ${choices('modes')}` },
  peer: { type: 'string', valueHint: 'names', description: `whom to compare with (default: all). ${choices('peers')}` },
  turns: { type: 'string', default: '9', valueHint: 'n', description: 'turns of each program, at least' },
  seconds: { type: 'string', default: '10', valueHint: 's', description: 'how long programs take turns, at least' },
} as const satisfies ArgsDef;

/** Those of `all` that are asked for: all where none is named. */
function chosen(option: string, all: readonly string[], text: string | null): readonly string[] {
  if (text === null) return all;
  const names = text.split(',').map((name) => name.trim()).filter((name) => name !== '');
  const unknown = names.find((name) => !all.includes(name)) ?? (names.length === 0 ? text : undefined);
  if (unknown !== undefined) throw new RangeError(all.length === 0 ? `--${option} does not apply to this area, got '${text}'` : `--${option} must be of ${all.join(', ')}, got '${unknown}'`);
  return names;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new RangeError(`--${name} must be a number > 0, got '${text}'`);
  return value;
}

/**
 * Reads the arguments of `bench`.
 *
 * @throws {RangeError} that names the argument
 */
export function parseOptions(rawArguments: readonly string[]): BenchOptions {
  const { text: given } = readArguments(rawArguments, argumentDefinitions);
  const name = given('area') ?? '';
  if (!Object.hasOwn(areas, name)) throw new RangeError(`the area must be one of ${areaNames.join(', ')}, got '${name}'`);
  const { cases, optionalCases = [], modes, peers } = areas[name]!;
  const json = given('json');
  return {
    area: name,
    cases: given('case') === null ? cases.filter((one) => !optionalCases.includes(one)) : chosen('case', cases, given('case')),
    modes: chosen('mode', modes, given('mode')),
    peers: chosen('peer', peers, given('peer')),
    turns: Math.ceil(positive('turns', given('turns')!)),
    seconds: positive('seconds', given('seconds')!),
    json: json === null ? null : resolve(json),
  };
}
