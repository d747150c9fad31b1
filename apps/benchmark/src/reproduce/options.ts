import { resolve } from 'node:path';
import type { ArgsDef } from 'citty';
import { readArguments } from '../arguments.ts';
import { systems } from './systems.ts';

/** What `npm run reproduce -- <system>` is asked for. */
export interface ReproduceArguments {
  readonly system: string;
  readonly seeds: readonly number[];
  readonly dataDir: string | null;
  /** File for the claims, or null. */
  readonly json: string | null;
  /** Folder for pictures, or null. */
  readonly out: string | null;
}

const names = Object.keys(systems);

/** Seeds where none are asked for. */
const usualSeeds = 3;
const otherSeeds: Readonly<Record<string, number>> = { 'metrix': 4, 'pcb-merging': 5 };

/** The command line, as citty describes it in `--help`. */
export const reproduceDefinitions = {
  'system': { type: 'positional', required: false, description: `whose claims to try: ${names.join(', ')}` },
  'seeds': { type: 'string', valueHint: 'n', description: 'seeds 0 … n − 1 (default: 3, of metrix 4, of pcb-merging 5); what differs over fewer than 3 is hardly ever significant' },
  'json': { type: 'string', valueHint: 'file', description: 'writes the claims with everything that was measured' },
  'out': { type: 'string', valueHint: 'folder', description: 'writes pictures, as Vega-Lite specifications and SVG' },
  'data-dir': { type: 'string', valueHint: 'folder', description: "Fashion-MNIST's four idx files (default: those of Debian's dataset-fashion-mnist, else MNIST, which comes along); of metrix also a folder with a folder of images for each class" },
} as const satisfies ArgsDef;

/**
 * Reads the arguments of `reproduce`.
 *
 * @throws {RangeError} that names the argument
 */
export function parseReproduceArguments(rawArguments: readonly string[]): ReproduceArguments {
  const { text, whole } = readArguments(rawArguments, reproduceDefinitions);
  const system = text('system');
  if (system === null || !Object.hasOwn(systems, system)) throw new RangeError(`the system must be one of ${names.join(', ')}, got '${system ?? ''}'`);
  const path = (name: string): string | null => {
    const given = text(name);
    return given === null ? null : resolve(given);
  };
  const seeds = text('seeds') === null ? (otherSeeds[system] ?? usualSeeds) : whole('seeds', 1);
  return { system, seeds: Array.from({ length: seeds }, (_, seed) => seed), dataDir: path('data-dir'), json: path('json'), out: path('out') };
}
