import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Area, AreaOptions } from '../harness/area.ts';
import { ourselves, python } from '../harness/commands.ts';
import { compare } from '../harness/compare.ts';
import { start } from '../harness/contestant.ts';
import type { Row } from '../harness/result.ts';
import { spread } from '../harness/statistics.ts';
import { copyPeak } from '../mixing/copy-peak.ts';
import { makeModels } from './make-models.ts';
import { fileWork, mergeWork } from './merge-work.ts';
import { type MergingCase, mergingCase, mergingCases } from './merging-cases.ts';

/** A merge may take so long. */
const limitSeconds = 3600;

const bytesOf = ({ size: { models, parameters, dtype } }: MergingCase): number => (models + 1) * parameters * (dtype === 'float32' ? 4 : 2);

/** Ours, once: what nothing else can be held against here. */
async function alone(one: MergingCase, folder: string): Promise<Row> {
  const ours = await start(ourselves('merging', ['merge', one.name, folder]), limitSeconds);
  if (!('turn' in ours)) throw new Error(`${one.name}: ours does not run: ${ours.unavailable}`);
  const peak = await ours.end();
  return {
    case: one.name, peer: 'none', peerVersion: null, oursMs: spread([ours.firstMs]), peerMs: null, ratio: null, ratioSpread: null,
    note: `${(bytesOf(one) / 1e9).toFixed(1)} GB of models and result, once; peak of resident memory ${peak.toFixed(0)} MiB`, firstMs: { ours: ours.firstMs, peer: null }, peakMiB: { ours: peak, peer: null },
  };
}

async function benchCase(one: MergingCase, { peers, turns, seconds, onProgress }: AreaOptions): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(process.env['MIXWELL_SCRATCH'] ?? tmpdir(), 'mixwell-bench-'));
  try {
    onProgress(`${one.name}: writing models`);
    makeModels(folder, one.size);
    if (one.peer === null) return [await alone(one, folder)];
    const all = [
      { name: 'pytorch', command: python('merging.py', [one.peer, folder, String(one.size.models), join(folder, 'peer.safetensors')]) },
      ...(one.isBoundByFiles ? [{ name: 'files', command: ourselves('merging', ['files', one.name, folder]) }] : []),
    ];
    return await compare({
      label: one.name, ours: ourselves('merging', ['merge', one.name, folder]), peers: all.filter(({ name }) => peers.includes(name)), length: { turns, seconds }, limitSeconds, onProgress,
      limit: (ms) => `${(bytesOf(one) / 1e9).toFixed(2)} GB of models and result, ${(bytesOf(one) / ms / 1e6).toFixed(2)} GB/s`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bench(options: AreaOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const name of options.cases) {
    const done = await benchCase(mergingCase(name), options);
    done.forEach(options.onRow);
    rows.push(...done);
  }
  return rows;
}

export const merging: Area = {
  cases: mergingCases.map(({ name }) => name),
  optionalCases: mergingCases.filter(({ isOptional }) => isOptional).map(({ name }) => name),
  modes: [],
  peers: ['pytorch', 'files'],
  measure() {
    const peak = copyPeak();
    return { peak, text: `a copy reads and writes ${(peak / 1e9).toFixed(0)} GB/s` };
  },
  bench,
  prepare: ([work, name, folder]) => (work === 'files' ? fileWork : mergeWork)(mergingCase(name!), folder!),
};
