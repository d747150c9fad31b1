import { resolve } from 'node:path';
import type { ArgsDef } from 'citty';
import { readArguments } from './arguments.ts';
import { type Case, caseNamed, cases, type Mode } from './engine/cases.ts';
import { type Peer, peers } from './engine/peers.ts';

/** What `npm run bench -- engine` is asked for. */
export interface BenchOptions {
  readonly cases: readonly Case[];
  readonly modes: readonly Mode[];
  readonly peers: readonly Peer[];
  readonly turns: number;
  readonly seconds: number;
  /** File for the figures, or null. */
  readonly json: string | null;
}

/** The command line, as citty describes it in `--help`. */
export const argumentDefinitions = {
  area: { type: 'positional', required: true, valueHint: 'engine', description: 'what to time' },
  json: { type: 'string', valueHint: 'file', description: 'writes the figures as JSON too' },
  case: { type: 'string', valueHint: 'names', description: `some of ${cases.map((one) => one.name).join(', ')} (default: all)` },
  mode: { type: 'string', valueHint: 'train|infer', description: 'training steps or forward passes (default: both)' },
  peer: { type: 'string', valueHint: 'names', description: `some of ${peers.map((one) => one.name).join(', ')} (default: all)` },
  turns: { type: 'string', default: '9', valueHint: 'n', description: 'turns of each program, at least' },
  seconds: { type: 'string', default: '10', valueHint: 's', description: 'how long programs take turns, at least' },
} as const satisfies ArgsDef;

/** Names of areas. */
export const areas: readonly string[] = ['engine'];

function listed(text: string): readonly string[] {
  return text.split(',').map((name) => name.trim()).filter((name) => name !== '');
}

function peerNamed(name: string): Peer {
  const found = peers.find((peer) => peer.name === name);
  if (!found) throw new RangeError(`--peer must be of ${peers.map((peer) => peer.name).join(', ')}, got '${name}'`);
  return found;
}

function modesOf(text: string | null): readonly Mode[] {
  if (text === null) return ['train', 'infer'];
  if (text !== 'train' && text !== 'infer') throw new RangeError(`--mode must be train or infer, got '${text}'`);
  return [text];
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
  const area = given('area');
  if (!areas.includes(area ?? '')) throw new RangeError(`the area must be one of ${areas.join(', ')}, got '${area ?? ''}'`);
  const [names, peerNames, json] = [given('case'), given('peer'), given('json')];
  return {
    cases: names === null ? cases : listed(names).map(caseNamed),
    modes: modesOf(given('mode')),
    peers: peerNames === null ? peers : listed(peerNames).map(peerNamed),
    turns: Math.ceil(positive('turns', given('turns')!)),
    seconds: positive('seconds', given('seconds')!),
    json: json === null ? null : resolve(json),
  };
}
