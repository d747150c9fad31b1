import { resolve } from 'node:path';
import { type ExportedOnnx, checkExportOptions, exportOnnx, type ExportOptions } from '../export-onnx.ts';
import { fileBatch } from '../file-options.ts';
import { checkParity, ParityError } from '../parity/check-parity.ts';
import type { ParityCheck } from '../parity/compare.ts';
import { makeFeeds } from '../parity/parity-cases.ts';
import { measureSpeed, type Speed } from '../runtime/measure-speed.ts';
import { type OnnxRuntime, openRuntime, type RuntimeModel } from '../runtime/open-runtime.ts';
import { readSource } from '../source/read-source.ts';
import type { ExportSource } from '../source/source.ts';
import { asUsage, UsageError } from '../usage-error.ts';
import type { ExportCommand } from './parse-command.ts';
import { readCalibrator } from './read-calibrator.ts';
import { readLabels } from './read-labels.ts';
import type { Report } from './report.ts';
import { type ReservedOutput, reserveOutput } from './reserve-output.ts';

/** Who is told what happens. */
export interface Listener {
  readonly onStage: (stage: string) => void;
  /** The network was exported; its file is going to be checked. */
  readonly onExported: (source: ExportSource, exported: ExportedOnnx) => void;
  readonly onCheck: (check: ParityCheck) => void;
}

/** The command line's values as options; what was not given stays away. */
export async function optionsOf(command: ExportCommand, onStage: Listener['onStage']): Promise<ExportOptions & { readonly runtime: OnnxRuntime }> {
  const { opset, batch, inputsAsNchw, softmax, temperature, inputNames, outputNames, mean, std, metadata, atol } = command;
  const labels = command.labels === undefined ? undefined : await readLabels(command.labels);
  const calibrator = command.calibrator === undefined ? undefined : await readCalibrator(command.calibrator);
  const given = Object.entries({ opset, batch, temperature, calibrator, inputNames, outputNames, labels, mean, std, atol }).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), inputsAsNchw, softmax, metadata, runtime: await openRuntime(command.runtime && [command.runtime]), onStage };
}

/** At batch 1 and 32, or at the one batch size that the file has. */
export async function speedOf(source: ExportSource, options: ExportOptions & { readonly runtime: OnnxRuntime }, model: RuntimeModel): Promise<Speed[]> {
  const batch = fileBatch(source, options);
  const session = await options.runtime.load(model);
  try {
    const speed: Speed[] = [];
    for (const size of typeof batch === 'number' ? [batch] : [1, 32]) speed.push(await measureSpeed(session, await makeFeeds(source, options, 'normal', size)));
    return speed;
  } finally {
    await session.release();
  }
}

/** Writes the file, and checks what can be read back. */
async function writeChecked(source: ExportSource, out: string, command: ExportCommand, options: ExportOptions & { readonly runtime: OnnxRuntime }, output: ReservedOutput, listener: Listener): Promise<Report> {
  const exported = await exportOnnx(source, { ...options, dataName: output.dataName, ...(command.externalData && { externalDataAbove: 0 }) });
  await output.write(exported);
  listener.onExported(source, exported);
  const { data, parity: { atol } } = exported;
  const written = { path: output.temporary, ...(data && { dataName: data.location }) };
  const parity = await checkParity(written, exported.cases, { runtime: options.runtime, atol, onCheck: listener.onCheck });
  if (!parity.passed) throw new ParityError(parity);
  listener.onStage('measuring speed');
  const speed = await speedOf(source, options, written);
  await output.commit();
  return { source, file: out, bytes: exported.bytes.length, ...(data && { data: { file: `${out}.data`, bytes: data.byteLength } }), model: exported.model, parity, speed };
}

/**
 * Does what the command line asks for. The file is at its place only if every check of it has passed.
 *
 * @throws {UsageError | ParityError | Error} after which nothing is left behind
 */
export async function runExport(out: string, command: ExportCommand, listener: Listener): Promise<Report> {
  if (resolve(command.model) === resolve(out)) throw new UsageError(`--out must be another file than the network, got ${out}`);
  listener.onStage(`reading ${command.model}`);
  const source = await readSource(command.model, command);
  const options = await optionsOf(command, listener.onStage);
  asUsage(() => checkExportOptions(source, options));
  const output = await reserveOutput(out);
  try {
    return await writeChecked(source, out, command, options, output, listener);
  } finally {
    await output.discard();
  }
}
