import { access, constants, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { renderSvg } from '@mixwell/plots';
import { writeFileAtomic } from '@mixwell/tensor/node';
import { renderUsage } from 'citty';
import type { ReproduceOptions } from './claim.ts';
import { claimsTable } from './claims-table.ts';
import { parseReproduceArguments, type ReproduceArguments, reproduceDefinitions } from './options.ts';
import { createProgressLine } from './progress-line.ts';
import { systems } from './systems.ts';

const help = {
  name: 'npm run reproduce --',
  description: 'Tries what a paper claims, at small scale, over seeds that are fixed in advance. Ends with 1 where a claim does not hold.',
};

type Figure = Parameters<ReproduceOptions['onFigure']>;

/** Writes a picture as its specification and as SVG. */
async function writeFigure(folder: string, [name, chart]: Figure): Promise<void> {
  await writeFileAtomic(join(folder, `${name}.vl.json`), `${JSON.stringify(chart, null, 2)}\n`);
  await writeFileAtomic(join(folder, `${name}.svg`), await renderSvg(chart));
}

/** Finds out before minutes are spent on what could not be written. */
async function prepareFolders({ json, out }: Pick<ReproduceArguments, 'json' | 'out'>): Promise<void> {
  for (const folder of [...(json === null ? [] : [dirname(json)]), ...(out === null ? [] : [out])]) {
    try {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
    } catch (cause) {
      throw new Error(`cannot write to the folder ${folder}: ${(cause as Error).message}`, { cause });
    }
  }
}

/**
 * `npm run reproduce -- <system>`: tries the claims, prints them, and writes `{ system, claims }` where `--json` says.
 *
 * @returns whether all hold that have to
 * @throws {RangeError} that names the argument
 */
export async function reproduce(args: readonly string[]): Promise<boolean> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${await renderUsage({ meta: help, args: reproduceDefinitions })}\n`);
    return true;
  }
  const { system, seeds, dataDir, json, out } = parseReproduceArguments(args);
  await prepareFolders({ json, out });
  const begin = performance.now();
  const progress = createProgressLine(process.stderr);
  const figures: Figure[] = [];
  const claims = await systems[system]!({
    seeds,
    dataDir,
    onProgress: (done, what) => progress.at(done, what),
    onFigure: (name, chart) => figures.push([name, chart]),
  }).finally(() => progress.end());

  const failed = claims.filter(({ holds }) => holds === false).length;
  const held = claims.filter(({ holds }) => holds === true).length;
  const seconds = ((performance.now() - begin) / 1000).toFixed(0);
  process.stdout.write(`${claimsTable(claims)}\n\n${system}: ${held} claims hold, ${failed} do not, ${claims.length - held - failed} reported; ${seeds.length} seeds, ${seconds} seconds\n`);
  if (json !== null) await writeFileAtomic(json, `${JSON.stringify({ system, claims }, null, 2)}\n`);
  if (out !== null) for (const figure of figures) await writeFigure(out, figure);
  return failed === 0;
}
