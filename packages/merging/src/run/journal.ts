import { appendFileSync, closeSync, fdatasyncSync, openSync, readFileSync } from 'node:fs';
import type { Figures } from '../report/figures.ts';

/** What is known of a unit that is done. */
export interface UnitDone {
  readonly unit: number;
  readonly figures?: Figures;
}

/** Which units were done when the journal was last written. A line that a kill cut off counts for nothing. */
export function readJournal(path: string): UnitDone[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as UnitDone);
}

/** Adds units whose results are on the disk. */
export function appendJournal(path: string, done: readonly UnitDone[]): void {
  if (done.length === 0) return;
  const fd = openSync(path, 'a');
  try {
    appendFileSync(fd, done.map((unit) => `${JSON.stringify(unit)}\n`).join(''));
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
