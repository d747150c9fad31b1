import type { Area, AreaOptions } from '../harness/area.ts';
import { ourselves } from '../harness/commands.ts';
import { compare } from '../harness/compare.ts';
import type { Row } from '../harness/result.ts';
import { cases } from './cases.ts';
import { copyPeak } from './copy-peak.ts';
import type { MixingCase } from './mixing-case.ts';

const caseNamed = (name: string): MixingCase => cases.find((one) => one.name === name)!;

function limitOf(bytes: number | undefined, peak: number, ms: number): string | undefined {
  if (bytes === undefined) return undefined;
  return `${(bytes / 1e6).toFixed(0)} MB read and written: ${((1000 * bytes) / peak).toFixed(1)} ms at the ${(peak / 1e9).toFixed(0)} GB/s of a copy; reached ${(bytes / ms / 1e6).toFixed(0)} GB/s`;
}

async function bench({ cases: names, peers: peerNames, peak, onRow, onProgress, turns, seconds }: AreaOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, peers, bytes } of names.map(caseNamed)) {
    const commands = Object.entries(peers).filter(([peer]) => peerNames.includes(peer)).map(([peer, command]) => ({ name: peer, command: command() }));
    const done = await compare({ label: name, ours: ourselves('mixing', [name]), peers: commands, length: { turns, seconds }, limit: (ms) => limitOf(bytes, peak, ms), onProgress });
    done.forEach(onRow);
    rows.push(...done);
  }
  return rows;
}

export const mixing: Area = {
  cases: cases.map(({ name }) => name),
  modes: [],
  peers: [...new Set(cases.flatMap(({ peers }) => Object.keys(peers)))],
  measure() {
    const peak = copyPeak();
    return { peak, text: `a copy of 256 × 224 × 224 × 3 float32: ${(peak / 1e9).toFixed(0)} GB/s read and written` };
  },
  bench,
  prepare: ([name]) => caseNamed(name!).prepare(),
};
