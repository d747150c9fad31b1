const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder',
  EISDIR: 'is a folder, not a file',
  ENOTDIR: 'a part of the path is a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** Lists longer than this are cut at a comma. */
const LONGEST = 200;

function shorten(line: string): string {
  if (line.length <= LONGEST) return line;
  const at = line.lastIndexOf(', ', LONGEST);
  return `${line.slice(0, at > 0 ? at : LONGEST)}, …`;
}

/** What went wrong in one line; long lists (of tensors that do not fit) are cut. */
export function explainError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, path } = error as NodeJS.ErrnoException;
  if (code !== undefined && path !== undefined) return `${path}: ${reasons[code] ?? error.message}`;
  return error.message.split('\n').map((line) => shorten(line.trim())).filter((line) => line !== '').join('; ');
}
