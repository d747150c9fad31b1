import { readFile, stat } from 'node:fs/promises';
import { renderUsage } from 'citty';
import { planRecipe, runRecipe } from '../recipe/run-recipe.ts';
import { argumentDefinitions, type Arguments, parseArguments } from './arguments.ts';
import { planText } from './plan-text.ts';
import { progressPrinter } from './progress-printer.ts';
import { secondsText } from './sizes.ts';
import { reportWriter } from './write-report.ts';

/** Where a command prints. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  /** Progress and errors. */
  readonly stderr: (text: string) => void;
  /** Whether stderr is a terminal. */
  readonly isTerminal: boolean;
}

const name = 'mixwell-merging';
/** A larger file is no recipe. */
const largestRecipe = 1_000_000;

async function readRecipe(path: string): Promise<string> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error(`${path}: a recipe must be a file`);
  const { size } = found;
  if (size > largestRecipe) throw new RangeError(`${path}: a recipe must have at most ${largestRecipe} bytes, got ${size}`);
  return readFile(path, 'utf8');
}

async function run({ recipe: path, report: reportPath, dryRun, quiet, ...options }: Arguments, { stdout, stderr, isTerminal }: CommandIo): Promise<void> {
  const text = await readRecipe(path);
  const say = quiet ? () => {} : (line: string) => stdout(`${line}\n`);
  if (dryRun) {
    for (const plan of await planRecipe(text, options)) say(planText(plan));
    return;
  }
  const writeReport = reportPath === undefined ? undefined : await reportWriter(reportPath);
  const printer = progressPrinter(quiet ? () => {} : stderr, isTerminal);
  const begin = performance.now();
  try {
    const report = await runRecipe(text, { ...options, report: reportPath !== undefined, onPlan: (plan) => say(planText(plan)), onProgress: printer.show });
    printer.end();
    await writeReport?.(report);
    say(`wrote ${options.out} in ${secondsText((performance.now() - begin) / 1000)}${reportPath === undefined ? '' : `, and ${reportPath}`}`);
  } finally {
    printer.end();
  }
}

/**
 * The command.
 *
 * @param argv arguments after the program's name
 * @returns the exit code: 0, 1 where a file could not be read or written, 2 where the command line or the recipe is wrong
 */
export async function main(argv: readonly string[], io: CommandIo): Promise<number> {
  if (argv.includes('--help') || argv.includes('-h')) {
    const meta = { name, description: 'Merges models in files that may be larger than memory. A run that was killed goes on where it was when it is started again.' };
    io.stdout(`${await renderUsage({ meta, args: argumentDefinitions })}\n`);
    return 0;
  }
  try {
    await run(parseArguments(argv), io);
    return 0;
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
    io.stderr(`${name}: ${error instanceof Error ? error.message : String(error)}${isFull ? ': make room and run the same command again, it goes on where it was' : ''}\n`);
    return error instanceof RangeError || (error instanceof Error && error.name === 'CLIError') ? 2 : 1;
  }
}
