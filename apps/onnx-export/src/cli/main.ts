import * as tf from '@tensorflow/tfjs-core';
import { packageVersion } from '../package-version.ts';
import { type Parity, ParityError } from '../parity/check-parity.ts';
import type { ParityCheck } from '../parity/compare.ts';
import { UsageError } from '../usage-error.ts';
import { explainError } from './explain-error.ts';
import { helpText } from './help-text.ts';
import { type ExportCommand, parseCommand } from './parse-command.ts';
import { checkedJson, checkedLines, checkLine, headLines, parityJson, reportJson, tailLines } from './report.ts';
import { runCheck } from './run-check.ts';
import { type Listener, runExport } from './run-export.ts';
import { createTicker, type Ticker } from './ticker.ts';

/** Where a command prints. */
export interface CommandIo {
  /** Results. */
  readonly stdout: (text: string) => void;
  /** Progress and errors. */
  readonly stderr: (text: string) => void;
  /** Whether errors come with their stacks. Default false. */
  readonly debug?: boolean;
  /** Whether stderr is a terminal, where the seconds of a long stage are shown. Default false. */
  readonly isTerminal?: boolean;
}

const name = 'mixwell-onnx-export';

/** Prints lines for people: progress apart from results. */
async function exportForPeople(out: string, command: ExportCommand, { stdout }: CommandIo, onStage: Listener['onStage']): Promise<void> {
  const say = command.quiet || command.json ? () => {} : (line: string) => stdout(`${line}\n`);
  const printChecks = ({ checks }: Parity): void => checks.forEach((check) => say(checkLine(check)));
  const seen: ParityCheck[] = [];
  try {
    const report = await runExport(out, command, {
      onStage,
      onExported: (source, exported) => headLines(source, exported).forEach(say),
      onCheck: (check) => {
        seen.push(check);
        say(checkLine(check));
      },
    });
    tailLines(report).forEach(say);
    if (command.json) stdout(`${JSON.stringify(reportJson(report), null, 2)}\n`);
  } catch (error) {
    if (error instanceof ParityError) {
      if (seen.length === 0) printChecks(error.parity);
      if (command.json) stdout(`${JSON.stringify({ parity: parityJson(error.parity) }, null, 2)}\n`);
    }
    throw error;
  }
}

/** Compares a file that is there already. */
async function checkForPeople(file: string, command: ExportCommand, { stdout }: CommandIo, onStage: Listener['onStage']): Promise<void> {
  const report = await runCheck(file, command, onStage);
  if (command.json) stdout(`${JSON.stringify(checkedJson(report), null, 2)}\n`);
  else if (!command.quiet) checkedLines(report).forEach((line) => stdout(`${line}\n`));
  if (!report.parity.passed) throw new ParityError(report.parity);
}

/** Does what is asked for, and says what it is at. */
async function perform(command: ExportCommand, io: CommandIo): Promise<void> {
  const ticker: Ticker | null = io.isTerminal && !command.quiet ? createTicker() : null;
  const onStage = (stage: string): void => {
    if (ticker) ticker.begin(stage);
    else if (!command.quiet) io.stderr(`${stage} …\n`);
  };
  try {
    if (command.check !== undefined) await checkForPeople(command.check, command, io, onStage);
    else await exportForPeople(command.out!, command, io, onStage);
  } finally {
    await ticker?.end();
  }
}

async function run(argv: readonly string[], io: CommandIo): Promise<void> {
  const command = parseCommand(argv);
  if (command === 'help') return io.stdout(helpText());
  if (command === 'version') return io.stdout(`${packageVersion}\n`);
  tf.enableProdMode(); // no advertisement for tfjs-node on stderr
  await perform(command, io);
}

/**
 * The command.
 *
 * @param argv arguments after the program's name
 * @returns the exit code: 0, 1 where a check failed or a file could not be read or written, 2 where the command line is wrong
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  try {
    await run(argv, io);
    return 0;
  } catch (error) {
    io.stderr(`${name}: ${explainError(error)}\n`);
    if (io.debug) io.stderr(`${(error as Error).stack ?? ''}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
