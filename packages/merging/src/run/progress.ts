/** How far a merge has come. */
export interface Progress {
  /** What is being done: 'merge', or the name of a scan. */
  readonly stage: string;
  /** Of the whole run, in [0, 1]. */
  readonly share: number;
  /** Seconds that are left at the speed so far; undefined until there is one. */
  readonly secondsLeft: number | undefined;
}

export interface Meter {
  /** Work that an earlier run did. */
  readonly skip: (amount: number) => void;
  readonly add: (stage: string, amount: number) => void;
}

/** Adds up work and tells of it. @param total of all amounts */
export function createMeter(total: number, onProgress: (progress: Progress) => void): Meter {
  const begin = performance.now();
  let [done, skipped] = [0, 0];
  return {
    skip(amount) {
      done += amount;
      skipped += amount;
    },
    add(stage, amount) {
      done += amount;
      const seconds = (performance.now() - begin) / 1000;
      onProgress({ stage, share: total === 0 ? 1 : done / total, secondsLeft: done > skipped ? (seconds * (total - done)) / (done - skipped) : undefined });
    },
  };
}
