import type { Absent, Command } from '../harness/contestant.ts';
import type { Work } from '../harness/serve.ts';

/** Something that is timed: our program, and those of peers that do the same. */
export interface CalibrationCase {
  readonly name: string;
  /** Our program, ready to step. */
  readonly prepare: () => Work;
  /** By the name of a peer: how to start it, or why it cannot take part. */
  readonly peers: Readonly<Record<string, () => Command | Absent>>;
  /** Bytes that have to be read at least. */
  readonly bytes: number;
}
