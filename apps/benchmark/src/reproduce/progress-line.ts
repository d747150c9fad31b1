/** What progress needs of a stream. */
export interface Terminal {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProgressLine {
  /** @param done share of the whole, in [0, 1] */
  at(done: number, what: string): void;
  /** Takes the line away. */
  end(): void;
}

/** Nothing is shown of what takes less. */
const PATIENCE_MS = 2000;

/** Milliseconds between two drawings on a terminal, and between two lines elsewhere. */
const [REDRAW_MS, LINE_MS] = [100, 15_000];

const clock = (seconds: number): string => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

/** Where a long job is, and when it will be done: one line that is drawn again and again on a terminal; elsewhere a line now and then. */
export function createProgressLine(stream: Terminal, now: () => number = () => performance.now()): ProgressLine {
  const begin = now();
  let drawn = begin + PATIENCE_MS - (stream.isTTY ? REDRAW_MS : LINE_MS);
  let isOpen = false;
  return {
    at(done, what) {
      const elapsed = now() - begin;
      if (elapsed < PATIENCE_MS || now() - drawn < (stream.isTTY ? REDRAW_MS : LINE_MS)) return;
      drawn = now();
      const left = done > 0 ? `, ${clock(Math.round((elapsed * (1 - done)) / done / 1000))} left` : '';
      const line = `${String(Math.floor(100 * done)).padStart(3)} %  ${clock(elapsed / 1000)}${left}  ${what}`;
      stream.write(stream.isTTY ? `\r${line.slice(0, (stream.columns ?? 80) - 1)}\u001b[K` : `${line}\n`);
      isOpen = Boolean(stream.isTTY);
    },
    end() {
      if (isOpen) stream.write('\r\u001b[K');
      isOpen = false;
    },
  };
}
