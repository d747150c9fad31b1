import { describe, expect, it } from 'vitest';
import type { SpecResult } from './jasmine.ts';
import { judge } from './verdict.ts';

const spec = (fullName: string, status: SpecResult['status']): SpecResult => ({
  fullName, status, failedExpectations: status === 'failed' ? [{ message: 'Expected 1 to be 2.\nat a place' }] : [],
});
const [passes, fails, pending, excluded] = [spec('passes', 'passed'), spec('fails', 'failed'), spec('waits', 'pending'), spec('is left out', 'excluded')];
const judged = (results: readonly SpecResult[], options: Partial<Parameters<typeof judge>[0]> = {}) => judge({ results, denied: {}, expected: results.length, partial: false, ...options });

describe('the verdict of a conformance run', () => {
  it('holds where all specs ran and none failed', () => {
    expect(judged([passes, pending])).toEqual({ holds: true, lines: ['2 specs: 1 passed, 0 failed, 1 pending'] });
  });

  it('does not hold where a spec fails, and says which and why', () => {
    expect(judged([passes, fails])).toEqual({ holds: false, lines: ['failed: fails\n    Expected 1 to be 2.', '2 specs: 1 passed, 1 failed, 0 pending'] });
  });

  it('holds where exactly the denied specs fail', () => {
    expect(judged([passes, fails], { denied: { fails: 'a reason' } })).toEqual({ holds: true, lines: ['2 specs: 1 passed, 1 failed, 0 pending'] });
  });

  it('does not hold where a denied spec passes or is gone: the list may only shrink', () => {
    expect(judged([passes], { denied: { passes: 'a reason' } }).holds).toBe(false);
    expect(judged([passes], { denied: { renamed: 'a reason' } }).lines[0]).toBe('denied, but does not fail: renamed (remove it from deny-list.ts)');
  });

  it('does not hold where specs are missing, were they dropped by a bundler or left out by a filter', () => {
    expect(judged([passes], { expected: 2 })).toEqual({ holds: false, lines: ['only 1 specs ran, expected at least 2', '1 specs: 1 passed, 0 failed, 0 pending'] });
    expect(judged([passes, excluded]).holds).toBe(false);
  });

  it('asks of a partial run only that what ran is right', () => {
    expect(judged([passes, excluded], { expected: 4232, partial: true, denied: { other: 'a reason' } }).holds).toBe(true);
    expect(judged([fails, excluded], { partial: true }).holds).toBe(false);
  });
});
