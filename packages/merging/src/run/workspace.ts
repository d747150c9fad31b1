import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { writeFileAtomic } from '@mixwell/tensor/node';
import type { OutputFile, OutputPlan } from '../outputs/output-plan.ts';
import { appendJournal, readJournal, type UnitDone } from './journal.ts';
import { makeFolder } from './make-folder.ts';
import { checkReplaceable, isTaken, replaceWith, restoreOld, sync } from './replace.ts';

/** A small file that goes with the result: a copy of another, or a text. */
export type ExtraFile = { readonly name: string } & ({ readonly from: string } | { readonly text: string });

/** A folder beside the output that holds it until it is whole, and what a later run needs to go on after a kill. */
export interface Workspace {
  /** Where the files of the output are written. */
  readonly folder: string;
  /** Units that an earlier run did. */
  readonly done: readonly UnitDone[];
  /** Result of a scan of an earlier run; undefined where there is none. */
  readonly recall: (part: number, scan: number) => { readonly value: unknown } | undefined;
  readonly remember: (part: number, scan: number, value: unknown) => Promise<void>;
  /** Brings results to the disk, then notes the units that they are of. */
  readonly note: (done: readonly UnitDone[]) => Promise<void>;
  /** Puts the output at its place, as a whole. */
  readonly commit: (extras: readonly ExtraFile[]) => Promise<void>;
  readonly discard: () => void;
}

interface WorkspaceOptions {
  readonly out: string;
  /** Of everything that the output depends on: only a run with the same goes on. */
  readonly fingerprint: string;
  readonly plan: OutputPlan;
  readonly overwrite: boolean;
  /** Files that are read, which are never replaced. */
  readonly inputs: readonly string[];
}

/** Files by themselves are outputs of one file; everything else is a folder. */
export const isFileName = (out: string): boolean => /\.(safetensors|onnx)$/.test(out);

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Keeps two runs from the same output. */
function lock(scratch: string, out: string): void {
  const path = join(scratch, 'pid');
  const owner = existsSync(path) ? Number(readFileSync(path, 'utf8')) : NaN;
  if (Number.isSafeInteger(owner) && owner > 0 && owner !== process.pid && isAlive(owner)) throw new Error(`${out}: process ${owner} is writing it`);
  writeFileSync(path, String(process.pid));
}

function begin(folder: string, { name, size, begins }: OutputFile): void {
  const path = join(folder, name);
  makeFolder(dirname(path));
  if ('copyOf' in begins) copyFileSync(begins.copyOf, path);
  else writeFileSync(path, begins.header);
  truncateSync(path, size);
}

/**
 * Opens the workspace of an output: as a killed run of the same merge left it, or anew.
 *
 * @throws {Error} where the output is there already and must not be replaced, or another process is writing it
 */
export async function openWorkspace({ out: given, fingerprint, plan, overwrite, inputs }: WorkspaceOptions): Promise<Workspace> {
  const out = resolve(given);
  const scratch = join(dirname(out), `.${basename(out)}.merging`);
  const [folder, state, journal] = ['files', 'fingerprint', 'journal'].map((name) => join(scratch, name)) as [string, string, string];
  makeFolder(scratch);
  lock(scratch, given);
  restoreOld(out, scratch);
  // a run that was killed behind its last step has moved the result already
  const hasResult = existsSync(state) && existsSync(isFileName(out) ? join(folder, basename(out)) : folder);
  if (isTaken(out)) {
    try {
      if (!overwrite) throw new Error(`${given}: is there already; --overwrite (overwrite: true) replaces it once the new one is whole`);
      checkReplaceable(out, isFileName(out), inputs);
    } catch (error) {
      if (!hasResult) rmSync(scratch, { recursive: true });
      throw error;
    }
  }
  if (!hasResult || readFileSync(state, 'utf8') !== fingerprint) {
    rmSync(scratch, { recursive: true });
    makeFolder(folder);
    lock(scratch, given);
    for (const file of plan.files) begin(folder, file);
    await writeFileAtomic(state, fingerprint);
  }
  const scanPath = (part: number, scan: number): string => join(scratch, `scan-${part}-${scan}`);
  const discard = (): void => rmSync(scratch, { recursive: true, force: true });
  return {
    folder,
    done: readJournal(journal),
    recall: (part, scan) => (existsSync(scanPath(part, scan)) ? { value: deserialize(readFileSync(scanPath(part, scan))) as unknown } : undefined),
    remember: (part, scan, value) => writeFileAtomic(scanPath(part, scan), serialize(value)),
    async note(done) {
      if (done.length === 0) return;
      await Promise.all(plan.files.map(({ name }) => sync(join(folder, name))));
      appendJournal(journal, done);
    },
    async commit(extras) {
      for (const extra of extras) {
        if ('text' in extra) writeFileSync(join(folder, extra.name), extra.text);
        else copyFileSync(extra.from, join(folder, extra.name));
      }
      for (const name of [...plan.files.map((file) => file.name), ...extras.map((extra) => extra.name), '.']) await sync(join(folder, name));
      await replaceWith(isFileName(out) ? join(folder, basename(out)) : folder, out, scratch);
      discard();
    },
    discard,
  };
}
