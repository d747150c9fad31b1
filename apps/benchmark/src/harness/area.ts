import type { Row } from './result.ts';
import type { Length } from './rounds.ts';
import type { Work } from './serve.ts';

/** What to time of an area. */
export interface AreaOptions extends Length {
  /** Names, each one of the area's. */
  readonly cases: readonly string[];
  readonly modes: readonly string[];
  readonly peers: readonly string[];
  /** What the yardstick measured. */
  readonly peak: number;
  /** Told of every row as it is done, and of what is under way. */
  readonly onRow: (row: Row) => void;
  readonly onProgress: (text: string) => void;
}

/** A number that limits the area on this machine, and how it reads. */
export interface Yardstick {
  readonly peak: number;
  readonly text: string;
}

/** One subject of `bench`: its cases, whom they are compared with, and how. */
export interface Area {
  readonly cases: readonly string[];
  /** Those of them that are timed only where they are named. */
  readonly optionalCases?: readonly string[];
  /** Kinds of step that a case has. None where it has one only. */
  readonly modes: readonly string[];
  readonly peers: readonly string[];
  readonly measure: () => Yardstick;
  readonly bench: (options: AreaOptions) => Promise<readonly Row[]>;
  /** Our own program, by the arguments that `bench` starts it with after 'serve' and the name of the area. */
  readonly prepare: (args: readonly string[]) => Work | Promise<Work>;
}
