import { matmulPeak } from '../engine/matmul-peak.ts';
import type { Area, AreaOptions } from '../harness/area.ts';
import { ourselves, python } from '../harness/commands.ts';
import { compare } from '../harness/compare.ts';
import type { Row } from '../harness/result.ts';
import { lossCases } from './loss-cases.ts';
import type { MetricCase } from './metric-case.ts';
import { retrievalCases } from './retrieval-cases.ts';

const cases: readonly MetricCase[] = [...lossCases, ...retrievalCases];

const caseNamed = (name: string): MetricCase => cases.find((one) => one.name === name)!;

async function bench({ cases: names, peers: peerNames, peak, onRow, onProgress, turns, seconds }: AreaOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { name, peers, flops } of names.map(caseNamed)) {
    const commands = peers.filter((peer) => peerNames.includes(peer)).map((peer) => ({ name: peer, command: python('metric.py', [name, peer]) }));
    const limit = (ms: number): string => `${(flops / 1e9).toFixed(1)} GFLOP of matrix products: ${((1000 * flops) / peak).toFixed(1)} ms at the ${(peak / 1e9).toFixed(0)} GFLOP/s of one in float32; took ${ms.toFixed(1)} ms`;
    const done = await compare({ label: name, ours: ourselves('metric', [name]), peers: commands, length: { turns, seconds }, limit, onProgress });
    done.forEach(onRow);
    rows.push(...done);
  }
  return rows;
}

export const metric: Area = {
  cases: cases.map(({ name }) => name),
  optionalCases: ['retrieval-one-thread'],
  modes: [],
  peers: [...new Set(cases.flatMap(({ peers }) => peers))],
  measure() {
    const peak = matmulPeak();
    return { peak, text: `a matrix product of 1024 × 1024: ${(peak / 1e9).toFixed(0)} GFLOP/s` };
  },
  bench,
  prepare: ([name]) => caseNamed(name!).prepare(),
};
