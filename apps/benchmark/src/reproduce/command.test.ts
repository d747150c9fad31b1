import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lineChart } from '@mixwell/plots';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Reproduction } from './claim.ts';
import { reproduce } from './command.ts';
import { summary } from './over-seeds.ts';

vi.mock('./systems.ts', () => {
  const system = (holds: boolean): Reproduction => async ({ seeds, onProgress, onFigure }) => {
    onProgress(0.5, 'half');
    onFigure('curve', lineChart({ rows: [{ x: 0, y: 1 }, { x: 1, y: 2 }], x: 'x', y: 'y' }));
    return [
      { claim: 'one is one', holds, measured: { one: summary(seeds.map(() => 1)) }, seeds },
      { claim: 'there are seeds', holds: null, measured: { seeds: seeds.length }, seeds },
    ];
  };
  return { systems: { right: system(true), wrong: system(false) } };
});

describe('reproduce', () => {
  let folder = '';
  let printed = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'mixwell-reproduce-'));
    printed = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => { printed += String(text); return true; });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  it('prints the claims, and writes them and pictures where it is told to, in folders that it makes', async () => {
    const json = join(folder, 'deep', 'claims.json');
    expect(await reproduce(['right', '--seeds', '2', '--json', json, '--out', join(folder, 'pictures')])).toBe(true);
    expect(printed).toMatch(/holds: one is one[^]*reported: there are seeds[^]*right: 1 claims hold, 0 do not, 1 reported; 2 seeds, \d+ seconds\n$/);
    expect(JSON.parse(readFileSync(json, 'utf8'))).toEqual({
      system: 'right',
      claims: [
        { claim: 'one is one', holds: true, measured: { one: { mean: 1, std: 0, perSeed: [1, 1] } }, seeds: [0, 1] },
        { claim: 'there are seeds', holds: null, measured: { seeds: 2 }, seeds: [0, 1] },
      ],
    });
    expect(readdirSync(join(folder, 'pictures')).sort()).toEqual(['curve.svg', 'curve.vl.json']);
  });

  it('tells where a claim does not hold', async () => {
    expect(await reproduce(['wrong'])).toBe(false);
    expect(printed).toMatch(/^DOES NOT HOLD: one is one/);
  });

  it('lists its options, and refuses what it cannot do before it begins', async () => {
    expect(await reproduce(['--help'])).toBe(true);
    expect(printed).toContain('whose claims to try: right, wrong');
    await expect(reproduce(['mixup'])).rejects.toThrow(new RangeError("the system must be one of right, wrong, got 'mixup'"));
    writeFileSync(join(folder, 'file'), '');
    await expect(reproduce(['right', '--json', join(folder, 'file', 'claims.json')])).rejects.toThrow(`cannot write to the folder ${join(folder, 'file')}`);
  });
});
