import type { SpecResult } from './jasmine.ts';

export interface Verdict {
  readonly holds: boolean;
  /** What to print; the last line counts. */
  readonly lines: readonly string[];
}

/** Whether a run is as it has to be: all specs ran, exactly the denied ones failed. Of a partial run the first part is not asked. */
export function judge({ results, denied, expected, partial }: {
  readonly results: readonly SpecResult[];
  readonly denied: Readonly<Record<string, string>>;
  readonly expected: number;
  readonly partial: boolean;
}): Verdict {
  const ran = results.filter(({ status }) => status !== 'excluded');
  const failed = ran.filter(({ status }) => status === 'failed');
  const unexpected = failed.filter(({ fullName }) => !Object.hasOwn(denied, fullName));
  const failedNames = new Set(failed.map(({ fullName }) => fullName));
  const ranNames = new Set(ran.map(({ fullName }) => fullName));
  const stale = Object.keys(denied).filter((name) => !failedNames.has(name) && (!partial || ranNames.has(name)));
  const tooFew = !partial && ran.length < expected;
  const count = (status: SpecResult['status']): number => ran.filter((result) => result.status === status).length;
  return {
    holds: unexpected.length === 0 && stale.length === 0 && !tooFew,
    lines: [
      ...unexpected.map(({ fullName, failedExpectations }) => `failed: ${fullName}\n${failedExpectations.map(({ message }) => `    ${message.split('\n')[0]}`).join('\n')}`),
      ...stale.map((name) => `denied, but does not fail: ${name} (remove it from deny-list.ts)`),
      ...(tooFew ? [`only ${ran.length} specs ran, expected at least ${expected}`] : []),
      `${ran.length} specs: ${count('passed')} passed, ${failed.length} failed, ${count('pending')} pending`,
    ],
  };
}
