import type { Absent, Command } from '../harness/contestant.ts';
import type { Work } from '../harness/serve.ts';

/** Something that is timed: our program, and those of peers that do the same. */
export interface MixingCase {
  readonly name: string;
  /** Our program, ready to step. */
  readonly prepare: () => Work | Promise<Work>;
  /** By the name of a peer: how to start it, or why it cannot take part. */
  readonly peers: Readonly<Record<string, () => Command | Absent>>;
  /** Bytes that have to be read and written at least, where that is the limit. */
  readonly bytes?: number;
}
