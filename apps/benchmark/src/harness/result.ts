import type { Machine } from './machine.ts';
import type { Spread } from './statistics.ts';

/** One comparison. Without a peer that could take part, `peerMs` and `ratio` are null and `note` says why. */
export interface Row {
  readonly case: string;
  readonly peer: string;
  readonly peerVersion: string | null;
  readonly oursMs: Spread;
  readonly peerMs: Spread | null;
  /** Median of the ratios ours / peer of neighbouring turns: below 1 ours is faster. */
  readonly ratio: number | null;
  /** Quartiles of those ratios. */
  readonly ratioSpread: Spread | null;
  /** What the hardware allows, and how near we are. */
  readonly limit?: string;
  readonly note?: string;
  /** First step of each, milliseconds: it compiles what is compiled. */
  readonly firstMs: { readonly ours: number; readonly peer: number | null };
  /** Peak of resident memory of each process. */
  readonly peakMiB: { readonly ours: number; readonly peer: number | null };
}

/** What a benchmark writes as JSON. */
export interface Result {
  readonly machine: Machine;
  readonly rows: readonly Row[];
}
