import { type ArgsDef, parseArgs } from 'citty';

/** Reads the arguments of one command. */
export interface Arguments {
  /** The value of an argument, its default, or null where it has none. */
  readonly text: (name: string) => string | null;
  /** The same, which has to be a whole number of at least `least`. */
  readonly whole: (name: string, least: number) => number;
}

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/**
 * Reads a command line with at most one positional argument.
 *
 * @throws {RangeError} for options that are not defined, which citty passes over; while reading, for a missing or wrong value, naming the option
 */
export function readArguments(rawArguments: readonly string[], definitions: ArgsDef): Arguments {
  const parsed: Readonly<Record<string, unknown>> & { readonly _: readonly string[] } = parseArgs([...rawArguments], definitions);
  const names = Object.keys(definitions);
  const known = new Set(['_', ...names, ...names.map(camelCase)]);
  const unknown = Object.keys(parsed).find((name) => !known.has(name));
  if (unknown !== undefined) throw new RangeError(`unknown option '${unknown.length === 1 ? '-' : '--'}${unknown}', see --help`);
  const stray = parsed._[1];
  if (stray !== undefined) throw new RangeError(`unexpected argument '${stray}', see --help`);

  const text = (name: string): string | null => {
    const value = parsed[name];
    if (value === undefined) return null;
    if (typeof value !== 'string' || value === '') throw new RangeError(`--${name} needs a value`);
    return value;
  };
  return {
    text,
    whole(name, least) {
      const value = Number(text(name));
      if (!/^[+-]?\d+$/.test(text(name) ?? '') || !Number.isSafeInteger(value) || value < least) {
        throw new RangeError(`--${name} must be a whole number >= ${least}, got '${text(name) ?? ''}'`);
      }
      return value;
    },
  };
}
