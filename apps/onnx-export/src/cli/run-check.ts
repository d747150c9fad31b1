import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkExportOptions } from '../export-onnx.ts';
import { checkParity, type Parity } from '../parity/check-parity.ts';
import { parityCases } from '../parity/parity-cases.ts';
import type { Speed } from '../runtime/measure-speed.ts';
import { readSource } from '../source/read-source.ts';
import type { ExportSource } from '../source/source.ts';
import { asUsage } from '../usage-error.ts';
import type { ExportCommand } from './parse-command.ts';
import { type Listener, optionsOf, speedOf } from './run-export.ts';

/** What is known of a file that was there already. */
export interface CheckReport {
  readonly source: ExportSource;
  readonly file: string;
  readonly bytes: number;
  /** A second file beside it. */
  readonly data?: { readonly file: string; readonly bytes: number };
  readonly parity: Parity;
  readonly speed: readonly Speed[];
}

const sizeOf = (path: string): Promise<number | undefined> => stat(path).then(({ size }) => size, () => undefined);

/**
 * Compares a file that is there already, whoever made it, with the network. The options say what the file is like: its names, its layout, its head.
 *
 * @throws {UsageError | Error} where the network or the file cannot be read. A difference is in the report.
 */
export async function runCheck(file: string, command: ExportCommand, onStage: Listener['onStage']): Promise<CheckReport> {
  const { size: bytes } = await stat(file);
  const dataBytes = await sizeOf(`${file}.data`);
  onStage(`reading ${command.model}`);
  const source = await readSource(command.model, command);
  const options = await optionsOf(command, onStage);
  asUsage(() => checkExportOptions(source, options));
  const cases = await parityCases(source, options, (inputs, batch) => onStage(`running the network on TensorFlow.js's CPU back end: ${inputs}, batch ${batch}`));
  const written = { path: file, ...(dataBytes !== undefined && { dataName: `${basename(file)}.data` }) };
  const { runtime, atol } = options;
  onStage(`running ${file} in ${runtime.name}`);
  const parity = await checkParity(written, cases, { runtime, ...(atol !== undefined && { atol }) });
  onStage('measuring speed');
  const speed = await speedOf(source, options, written);
  return { source, file, bytes, ...(dataBytes !== undefined && { data: { file: `${file}.data`, bytes: dataBytes } }), parity, speed };
}
