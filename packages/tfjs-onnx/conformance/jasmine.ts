/** What is used of jasmine-core 4.2. */
import core from 'jasmine-core';

/** The outcome of one spec. */
export interface SpecResult {
  readonly fullName: string;
  /** 'excluded': a filter left it out; 'pending': the suite itself does. */
  readonly status: 'passed' | 'failed' | 'pending' | 'excluded';
  readonly failedExpectations: readonly { readonly message: string; readonly stack?: string }[];
}

export interface JasmineReporter {
  jasmineStarted(info: { readonly totalSpecsDefined: number }): void;
  specDone(result: SpecResult): void;
  suiteDone(result: { readonly fullName: string; readonly failedExpectations: SpecResult['failedExpectations'] }): void;
}

export interface JasmineEnv {
  configure(options: { random: boolean; failSpecWithNoExpectations: boolean; specFilter: (spec: { getFullName(): string }) => boolean }): void;
  addReporter(reporter: JasmineReporter): void;
  execute(): Promise<unknown>;
}

/** Makes `describe`, `it` and `expect` global. */
export function bootJasmine(): JasmineEnv {
  const jasmine = core.boot(core);
  jasmine.DEFAULT_TIMEOUT_INTERVAL = 20_000;
  return jasmine.getEnv();
}
