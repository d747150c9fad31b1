import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Outcome, record, recordUnread, report } from '../config/golden-report.ts';

const scratch = mkdtempSync(join(tmpdir(), 'golden-report-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const golden = (system: string): string => JSON.stringify({ name: 'x', system, family: 'f', source: 'by hand', params: {}, inputs: {}, outputs: { a: 1, b: [2] }, tolerance: { rtol: 0, atol: 0 } });

describe('the golden report', () => {
  it('counts an output once over all packages: failed before passed before not covered', () => {
    const outcome: Outcome = new Map();
    const place = (output: string) => ({ system: 'mixing', file: 'cutmix.json', output });
    record(outcome, place('box'), 'not covered');
    record(outcome, place('box'), 'passed');
    record(outcome, place('mask'), 'passed');
    record(outcome, place('mask'), 'not covered');
    record(outcome, place('loss'), 'failed');
    record(outcome, place('loss'), 'passed');
    record(outcome, place('rest'), 'not covered');
    record(outcome, { system: 'apart', file: 'a.json', output: 'y' }, 'passed');
    expect(report(outcome)).toEqual([
      'not covered: mixing/cutmix.json: rest',
      'apart: 1 outputs checked, 1 passed, 0 failed, 0 not covered',
      'mixing: 3 outputs checked, 2 passed, 1 failed, 1 not covered',
    ]);
  });

  it('shows the systems of a folder that no package reads, and fails their damaged files', () => {
    for (const system of ['known', 'unread', 'torn']) mkdirSync(join(scratch, system));
    writeFileSync(join(scratch, 'known', 'x.json'), golden('known'));
    writeFileSync(join(scratch, 'unread', 'x.json'), golden('unread'));
    writeFileSync(join(scratch, 'torn', 'x.json'), golden('torn').slice(0, 50));
    const outcome: Outcome = new Map();
    record(outcome, { system: 'known', file: 'x.json', output: 'a' }, 'passed');
    expect(recordUnread(outcome, scratch)).toEqual([expect.stringMatching(/^torn\/x\.json: must be JSON, /)]);
    expect(report(outcome)).toEqual([
      'not covered: unread/x.json: all 2 outputs',
      'known: 1 outputs checked, 1 passed, 0 failed, 0 not covered',
      'torn: 1 outputs checked, 0 passed, 1 failed, 0 not covered',
      'unread: 0 outputs checked, 0 passed, 0 failed, 2 not covered',
    ]);
  });
});
