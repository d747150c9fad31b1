import type { Area, AreaOptions } from '../harness/area.ts';
import { ourselves } from '../harness/commands.ts';
import { compare } from '../harness/compare.ts';
import type { Row } from '../harness/result.ts';
import { copyPeak } from '../mixing/copy-peak.ts';
import type { CalibrationCase } from './calibration-case.ts';
import { metricCases } from './metric-cases.ts';
import { temperatureCases } from './temperature-cases.ts';

const cases: readonly CalibrationCase[] = [...metricCases, ...temperatureCases];

const caseNamed = (name: string): CalibrationCase => cases.find((one) => one.name === name)!;

async function bench({ cases: names, peers: peerNames, peak, onRow, onProgress, turns, seconds }: AreaOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, peers, bytes } of names.map(caseNamed)) {
    const commands = Object.entries(peers).filter(([peer]) => peerNames.includes(peer)).map(([peer, command]) => ({ name: peer, command: command() }));
    const limit = (ms: number): string => `${(bytes / 1e6).toFixed(0)} MB read: ${((1000 * bytes) / peak).toFixed(1)} ms at the ${(peak / 1e9).toFixed(0)} GB/s of a copy; took ${ms.toFixed(1)} ms`;
    const done = await compare({ label: name, ours: ourselves('calibration', [name]), peers: commands, length: { turns, seconds }, limit, onProgress });
    done.forEach(onRow);
    rows.push(...done);
  }
  return rows;
}

export const calibration: Area = {
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
