import type { Area, AreaOptions } from '../harness/area.ts';
import { compare } from '../harness/compare.ts';
import type { Row } from '../harness/result.ts';
import type { BackEnd } from './back-ends.ts';
import { caseNamed, cases, type Mode, modes } from './cases.ts';
import { countFlops } from './flops.ts';
import { matmulPeak } from './matmul-peak.ts';
import { type Peer, peers, tfjs } from './peers.ts';
import { prepareWork } from './work.ts';

/** Peers that are compared at the same batch take turns with one process of ours. */
function byBatch(batchOf: (peer: Peer) => number, names: readonly string[]): Map<number, Peer[]> {
  const groups = new Map<number, Peer[]>();
  for (const peer of peers.filter(({ name }) => names.includes(name))) groups.set(batchOf(peer), [...(groups.get(batchOf(peer)) ?? []), peer]);
  return groups;
}

/** Times whole training steps and forward passes of ours against each peer, in turns. */
async function bench({ cases: names, modes: chosen, peers: peerNames, peak, onRow, onProgress, ...length }: AreaOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const one of names.map(caseNamed)) {
    for (const mode of chosen as readonly Mode[]) {
      for (const [batch, group] of byBatch((peer) => peer.batch(one, mode), peerNames)) {
        const flops = countFlops(one.model(), mode, batch);
        const limit = (ms: number): string => `${(flops / 1e9).toFixed(1)} GFLOP in products and convolutions: ${((1000 * flops) / peak).toFixed(1)} ms at the ${(peak / 1e9).toFixed(0)} GFLOP/s of a matrix product; reached ${(flops / ms / 1e6).toFixed(0)} GFLOP/s`;
        const commands = group.map(({ name, command }) => ({ name, command: command(one, mode, batch) }));
        const done = await compare({ label: `${one.name} ${mode} b${batch}`, ours: tfjs('onnxruntime')(one, mode, batch), peers: commands, length, limit, onProgress });
        done.forEach(onRow);
        rows.push(...done);
      }
    }
  }
  return rows;
}

export const engine: Area = {
  cases: cases.map(({ name }) => name),
  modes,
  peers: peers.map(({ name }) => name),
  measure() {
    const peak = matmulPeak();
    return { peak, text: `a product of 1024 × 1024 matrices: ${(peak / 1e9).toFixed(0)} GFLOP/s` };
  },
  bench,
  prepare: ([name, mode, batch, backEnd]) => prepareWork(name!, mode as Mode, Number(batch), backEnd as BackEnd),
};
