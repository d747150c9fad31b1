import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The bytes of an idx file. */
export function idxBytes(type: number, shape: readonly number[], values: Iterable<number>): Uint8Array {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => new DataView(header.buffer).setUint32(4 + 4 * axis, size));
  return Uint8Array.from([...header, ...values]);
}

/** Calls f with a folder that holds these files, and removes it. */
export function withFolder<T>(files: Readonly<Record<string, Uint8Array>>, f: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mixwell-data-'));
  try {
    for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
    return f(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
