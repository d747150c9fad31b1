import type { ChartSpec } from '@mixwell/plots';
import type { Comparison, Summary } from './over-seeds.ts';

/** One thing that a paper says, and what became of it here. Plain JSON. */
export interface Claim {
  /** A sentence that the numbers can contradict. */
  readonly claim: string;
  /** Whether it held; null for what is only reported, because nothing was fixed in advance that it would have to reach. */
  readonly holds: boolean | null;
  /** The numbers behind it, by name: what was measured with each seed, differences between two ways with the same seed, or a plain fact. */
  readonly measured: Readonly<Record<string, Summary | Comparison | number | string>>;
  readonly seeds: readonly number[];
}

export interface ReproduceOptions {
  /** 0 … N − 1: fixed in advance. */
  readonly seeds: readonly number[];
  /** Folder with the four idx files of Fashion-MNIST; null: where the Debian package has them, else MNIST, which comes along. */
  readonly dataDir: string | null;
  /** Is told how far the whole is, in [0, 1], and what is being done. */
  readonly onProgress: (done: number, what: string) => void;
  /** Takes a picture, by name. */
  readonly onFigure: (name: string, chart: ChartSpec) => void;
}

/** Tries a paper's claims at small scale. */
export type Reproduction = (options: ReproduceOptions) => Promise<readonly Claim[]>;
