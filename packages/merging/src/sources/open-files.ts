import { closeSync, openSync } from 'node:fs';

/** Files that stay open until all are closed. */
export interface OpenFiles {
  /** Of this path, opened at the first call. */
  readonly fd: (path: string) => number;
  readonly close: () => void;
}

/** @param flags as in `fs.open` */
export function openFiles(flags: 'r' | 'r+'): OpenFiles {
  const open = new Map<string, number>();
  return {
    fd(path) {
      const known = open.get(path);
      if (known !== undefined) return known;
      const fd = openSync(path, flags);
      open.set(path, fd);
      return fd;
    },
    close() {
      for (const fd of open.values()) closeSync(fd);
      open.clear();
    },
  };
}
