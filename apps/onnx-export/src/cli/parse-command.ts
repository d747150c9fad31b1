import { parseArgs } from 'node:util';
import { supportedOpsets } from '@mixwell/tfjs-onnx';
import type { RuntimeName } from '../runtime/open-runtime.ts';
import { isOptionName, type OptionName, optionTable } from './option-table.ts';
import { UsageError } from '../usage-error.ts';

/** What the command line asks for. What it leaves out is undefined. */
export interface ExportCommand {
  readonly model: string;
  /** The file to write; if none, `check` says which file to compare. */
  readonly out: string | undefined;
  readonly check: string | undefined;
  readonly arch: string | undefined;
  readonly options: Readonly<Record<string, unknown>> | undefined;
  readonly inputShape: readonly number[] | undefined;
  readonly opset: number | undefined;
  readonly batch: string | number | undefined;
  readonly inputsAsNchw: boolean;
  readonly externalData: boolean;
  readonly softmax: boolean;
  readonly temperature: number | undefined;
  /** Path of a file. */
  readonly calibrator: string | undefined;
  readonly inputNames: readonly string[] | undefined;
  readonly outputNames: readonly string[] | undefined;
  /** Class names separated by commas, or the path of a file. */
  readonly labels: string | undefined;
  readonly mean: readonly number[] | undefined;
  readonly std: readonly number[] | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly atol: number | undefined;
  readonly runtime: RuntimeName | undefined;
  readonly json: boolean;
  readonly quiet: boolean;
}

export type Command = 'help' | 'version' | ExportCommand;

/** What was given: options with all their values, and the rest. */
interface Given {
  readonly values: ReadonlyMap<OptionName, readonly string[]>;
  readonly positionals: readonly string[];
}

function given(argv: readonly string[]): Given {
  const { tokens } = parseArgs({ args: [...argv], options: optionTable, strict: false, allowPositionals: true, tokens: true });
  const values = new Map<OptionName, string[]>();
  const positionals: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name } = token;
    if (!isOptionName(name)) throw new UsageError(`unknown option ${token.rawName}, see --help`);
    const row = optionTable[name];
    const before = values.get(name) ?? [];
    if (row.type === 'boolean' && token.value !== undefined) throw new UsageError(`--${name} takes no value, got '${token.value}'`);
    if (row.type === 'string' && (!token.value || (!token.inlineValue && /^--?[a-z]/i.test(token.value)))) throw new UsageError(`--${name} needs a value, see --help`);
    if (before.length > 0 && !row.multiple) throw new UsageError(`--${name} must be given once`);
    values.set(name, [...before, token.value ?? '']);
  }
  return { values, positionals };
}

function number(name: OptionName, text: string, holds: (value: number) => boolean, rule: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || !holds(value)) throw new UsageError(`--${name} must be ${rule}, got '${text}'`);
  return value;
}

const numbers = (name: OptionName, text: string): number[] => text.split(',').map((part) => number(name, part, () => true, 'numbers separated by commas'));

function sizes(name: OptionName, text: string): number[] {
  return text.split(',').map((part) => number(name, part, (value) => Number.isInteger(value) && value >= 1, 'whole numbers >= 1 separated by commas'));
}

function names(name: OptionName, text: string): string[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.includes('')) throw new UsageError(`--${name} must be names separated by commas, got '${text}'`);
  return parts;
}

function batchAxis(text: string): string | number {
  if (/^[a-z_][\w.-]*$/i.test(text)) return text;
  return number('batch', text, (value) => Number.isInteger(value) && value >= 1, 'a name, or a whole number >= 1');
}

function opsetVersion(text: string): number {
  const { oldest, newest } = supportedOpsets;
  return number('opset', text, (value) => Number.isInteger(value) && value >= oldest && value <= newest, `a whole number from ${oldest} to ${newest}`);
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--options must be JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new UsageError(`--options must be a JSON object, got '${text}'`);
  return value as Readonly<Record<string, unknown>>;
}

function pair(text: string): [string, string] {
  const at = text.indexOf('=');
  if (at < 1) throw new UsageError(`--metadata must be key=value, got '${text}'`);
  return [text.slice(0, at), text.slice(at + 1)];
}

function runtimeName(text: string): RuntimeName {
  if (text !== 'node' && text !== 'web') throw new UsageError(`--runtime must be node or web, got '${text}'`);
  return `onnxruntime-${text}`;
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws {UsageError} naming the option
 */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = given(argv);
  if (values.has('help')) return 'help';
  if (values.has('version')) return 'version';
  const [model, stray] = positionals;
  if (!model) throw new UsageError('a model.safetensors or model.json must be given, see --help');
  if (stray !== undefined) throw new UsageError(`unexpected argument '${stray}', see --help`);
  const read = <T>(name: OptionName, as: (text: string) => T): T | undefined => {
    const text = values.get(name)?.[0];
    return text === undefined ? undefined : as(text);
  };
  const [out, check] = [read('out', String), read('check', String)];
  if (out === undefined && check === undefined) throw new UsageError('--out must be given: the ONNX file to write (or --check: one to compare)');
  if (out !== undefined && check !== undefined) throw new UsageError('--out and --check must not be given together: --check compares a file that is there already, --out writes one');
  return {
    model,
    out,
    check,
    arch: read('arch', String),
    options: read('options', jsonObject),
    inputShape: read('input-shape', (text) => sizes('input-shape', text)),
    opset: read('opset', opsetVersion),
    batch: read('batch', batchAxis),
    inputsAsNchw: values.has('inputs-as-nchw'),
    externalData: values.has('external-data'),
    softmax: values.has('softmax'),
    temperature: read('temperature', (text) => number('temperature', text, (value) => value > 0, 'a number > 0')),
    calibrator: read('calibrator', String),
    inputNames: read('input-names', (text) => names('input-names', text)),
    outputNames: read('output-names', (text) => names('output-names', text)),
    labels: read('labels', String),
    mean: read('mean', (text) => numbers('mean', text)),
    std: read('std', (text) => numbers('std', text)),
    metadata: Object.fromEntries((values.get('metadata') ?? []).map(pair)),
    atol: read('atol', (text) => number('atol', text, (value) => value >= 0, 'a number >= 0')),
    runtime: read('runtime', runtimeName),
    json: values.has('json'),
    quiet: values.has('quiet'),
  };
}
