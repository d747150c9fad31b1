import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { type GoldenFile, type GoldenVector, readGolden } from './golden-file.ts';
import { type GoldenOutput, type Leaf, leaves } from './leaves.ts';
import { mismatch } from './mismatch.ts';

/** Computes outputs by name. Those that the file lacks are ignored, those that it has beyond them are not covered. */
export type GoldenHandler = (vector: GoldenVector) => Readonly<Record<string, GoldenOutput>> | Promise<Readonly<Record<string, GoldenOutput>>>;

/** Attached to every golden test, for `config/golden-report.ts`. */
export interface GoldenPlace {
  readonly system: string;
  readonly file: string;
  readonly output: string;
}

declare module 'vitest' {
  interface TaskMeta {
    golden?: GoldenPlace;
  }
}

function packageOf(url: string): string {
  let folder = dirname(fileURLToPath(url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new RangeError(`runGolden: url must lie in a package, got ${url}`);
    folder = dirname(folder);
  }
  return folder;
}

/** The folder of `MIXWELL_GOLDEN`, or undefined. A folder that is not there is an error: silence would look like success. */
function ownVectors(): string | undefined {
  const given = process.env['MIXWELL_GOLDEN'];
  if (!given) return undefined;
  const folder = resolve(given);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new RangeError(`runGolden: MIXWELL_GOLDEN must be a folder, got ${folder}`);
  return folder;
}

/** What a handler returned, flat. */
export async function computed(handler: GoldenHandler, vector: GoldenVector): Promise<ReadonlyMap<string, Leaf>> {
  const outputs = await handler(vector);
  return new Map(Object.entries(outputs).flatMap(([key, value]) => leaves(value, key, `${vector.family}: output`)));
}

function defineFile(place: Omit<GoldenPlace, 'output'>, file: GoldenFile, handler: GoldenHandler | undefined): void {
  let once: Promise<ReadonlyMap<string, Leaf>> | undefined;
  for (const [output, wanted] of file.outputs) {
    test(`${place.file}: ${output}`, { meta: { golden: { ...place, output } }, skip: !handler }, async ({ skip }) => {
      once ??= computed(handler!, file);
      const got = (await once).get(output);
      if (!got) return skip('not covered');
      const wrong = mismatch(got, wanted, file.tolerance);
      if (wrong) throw new Error(`${place.system}/${place.file} (${file.family}): output ${output}: ${wrong}`);
    });
  }
}

/**
 * Defines a test for every output of every golden file of a system: `golden/<system>/*.json` of the package that `url` (import.meta.url) lies in, or
 * `<MIXWELL_GOLDEN>/<system>/*.json`. A file goes to the handler of its `family`. Outputs that no handler computes are not covered: reported as skipped,
 * never failed, since another package may compute them.
 */
export function runGolden(system: string, url: string, handlers: Readonly<Record<string, GoldenHandler>>): void {
  const own = ownVectors();
  const folder = join(own ?? join(packageOf(url), 'golden'), system);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')).sort() : [];
  describe(`golden vectors: ${system}`, () => {
    if (files.length === 0) test(`${folder} has vectors`, { skip: own !== undefined }, () => { throw new RangeError(`runGolden: no .json file in ${folder}`); });
    for (const file of files) {
      const place = { system, file };
      try {
        const golden = readGolden(join(folder, file), system, `${system}/${file}`);
        defineFile(place, golden, Object.hasOwn(handlers, golden.family) ? handlers[golden.family] : undefined);
      } catch (error) {
        test(`${file} can be read`, { meta: { golden: { ...place, output: 'file' } } }, () => { throw error; });
      }
    }
  });
}
