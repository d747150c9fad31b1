import { type ArgsDef, parseArgs } from 'citty';
import type { OutputFormat } from '../outputs/plan-output.ts';
import { parseSize } from './sizes.ts';

/** What the command line asks for. */
export interface Arguments {
  /** Path of the recipe. */
  readonly recipe: string;
  readonly out: string;
  readonly format?: OutputFormat;
  readonly maxShardBytes?: number;
  readonly threads?: number;
  readonly seed?: number;
  readonly report?: string;
  readonly dryRun: boolean;
  readonly overwrite: boolean;
  readonly quiet: boolean;
}

/** The command line, as citty describes it in `--help`. */
export const argumentDefinitions: ArgsDef = {
  recipe: { type: 'positional', required: true, valueHint: 'recipe.yaml', description: "what to merge, in mergekit's YAML form" },
  out: { type: 'string', alias: 'o', valueHint: 'folder', description: 'where the result goes: a folder, or a file that ends in .safetensors or .onnx' },
  'dry-run': { type: 'boolean', description: 'says what would be done, and what memory it takes; reads headers only' },
  'max-shard-size': { type: 'string', valueHint: 'size', description: 'most bytes of tensors in one file of a folder (default 5GB)' },
  format: { type: 'string', valueHint: 'safetensors|onnx', description: 'of a folder (default: that of the base)' },
  threads: { type: 'string', valueHint: 'n', description: 'worker threads; 0: none (default: one a core)' },
  seed: { type: 'string', valueHint: 'n', description: 'of random masks, where the recipe gives none (default 0)' },
  report: { type: 'string', valueHint: 'file', description: 'writes norms, cosines and sign agreements: .json, or .html with pictures where @mixwell/plots is installed' },
  overwrite: { type: 'boolean', description: 'replaces what is there once the result is whole' },
  quiet: { type: 'boolean', alias: 'q', description: 'prints errors only' },
};

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

function whole(option: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new RangeError(`${option} must be a whole number >= 0, got '${text}'`);
  return Number(text);
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws {RangeError} naming the option
 */
export function parseArguments(rawArguments: readonly string[]): Arguments {
  const parsed: Readonly<Record<string, unknown>> & { readonly _: readonly string[] } = parseArgs([...rawArguments], argumentDefinitions);
  const names = Object.keys(argumentDefinitions);
  const known = new Set(['_', 'o', 'q', ...names, ...names.map(camelCase)]);
  const unknown = Object.keys(parsed).find((name) => !known.has(name));
  if (unknown !== undefined) throw new RangeError(`unknown option '${unknown.length === 1 ? '-' : '--'}${unknown}', see --help`);
  const stray = parsed._[1];
  if (stray !== undefined) throw new RangeError(`unexpected argument '${stray}', see --help`);
  const text = (name: string): string | undefined => {
    const value = parsed[name];
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value === '') throw new RangeError(`--${name} needs a value`);
    return value;
  };
  const as = <T>(name: string, read: (option: string, value: string) => T): T | undefined => {
    const value = text(name);
    return value === undefined ? undefined : read(`--${name}`, value);
  };
  const out = text('out');
  if (out === undefined) throw new RangeError('--out must be given, see --help');
  const optional = {
    format: as('format', (option, value) => {
      if (value !== 'safetensors' && value !== 'onnx') throw new RangeError(`${option} must be safetensors or onnx, got '${value}'`);
      return value;
    }),
    maxShardBytes: as('max-shard-size', parseSize),
    threads: as('threads', whole),
    seed: as('seed', whole),
    report: as('report', (option, value) => {
      if (!/\.(json|html)$/.test(value)) throw new RangeError(`${option} must end in .json or .html, got '${value}'`);
      return value;
    }),
  };
  return {
    recipe: text('recipe')!, out, dryRun: parsed['dry-run'] === true, overwrite: parsed['overwrite'] === true, quiet: parsed['quiet'] === true,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}
