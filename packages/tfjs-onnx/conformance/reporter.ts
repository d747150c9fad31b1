import type { JasmineReporter, SpecResult } from './jasmine.ts';

export interface Collected extends JasmineReporter {
  /** One entry per spec, and per failure outside of a spec. */
  readonly results: readonly SpecResult[];
}

const INTERVAL_MS = 2000;

/** Collects results and prints a line every two seconds. */
export function createReporter(print: (line: string) => void): Collected {
  const results: SpecResult[] = [];
  let defined = 0;
  let failed = 0;
  let printed = 0;
  return {
    results,
    jasmineStarted: ({ totalSpecsDefined }) => {
      defined = totalSpecsDefined;
      printed = performance.now();
    },
    specDone: (result) => {
      results.push(result);
      if (result.status === 'failed') failed += 1;
      if (performance.now() - printed < INTERVAL_MS) return;
      printed = performance.now();
      print(`${results.length} of ${defined} specs done, ${failed} failed`);
    },
    // An error in beforeAll or afterAll belongs to no spec.
    suiteDone: ({ fullName, failedExpectations }) => {
      if (failedExpectations.length > 0) results.push({ fullName, status: 'failed', failedExpectations });
    },
  };
}
