import { type Absent, type Contestant, start } from '../harness/contestant.ts';
import type { Row } from '../harness/result.ts';
import { type Length, takeTurns } from '../harness/rounds.ts';
import { pairedRatio, spread } from '../harness/statistics.ts';
import type { Case, Mode } from './cases.ts';
import { countFlops } from './flops.ts';
import { type Peer, tfjs } from './peers.ts';

/** What to time. */
export interface EngineOptions extends Length {
  readonly cases: readonly Case[];
  readonly modes: readonly Mode[];
  readonly peers: readonly Peer[];
  /** FLOP/s of a large matrix product on this machine. */
  readonly peak: number;
  /** Told of every row as it is done, and of what is under way. */
  readonly onRow: (row: Row) => void;
  readonly onProgress: (text: string) => void;
}

/** A step of more seconds than this is not worth waiting for. */
const LIMIT_SECONDS = 60;

const isPresent = (one: Contestant | Absent): one is Contestant => 'turn' in one;

/** Peers that are compared at the same batch take turns with one process of ours. */
function byBatch(one: Case, mode: Mode, peers: readonly Peer[]): Map<number, Peer[]> {
  const groups = new Map<number, Peer[]>();
  for (const peer of peers) {
    const batch = peer.batch(one, mode);
    groups.set(batch, [...(groups.get(batch) ?? []), peer]);
  }
  return groups;
}

function limitOf(one: Case, mode: Mode, batch: number, peak: number, ms: number): string {
  const flops = countFlops(one.model(), mode, batch);
  const best = (1000 * flops) / peak;
  return `${(flops / 1e9).toFixed(1)} GFLOP in products and convolutions: ${best.toFixed(1)} ms at the ${(peak / 1e9).toFixed(0)} GFLOP/s of a matrix product; reached ${(flops / ms / 1e6).toFixed(0)} GFLOP/s`;
}

async function startPeer(peer: Peer, one: Case, mode: Mode, batch: number): Promise<Contestant | Absent> {
  const command = peer.command(one, mode, batch);
  return command ? start(command, LIMIT_SECONDS) : { unavailable: 'no Python: set MIXWELL_PYTHON to an interpreter that has PyTorch' };
}

async function benchGroup(one: Case, mode: Mode, batch: number, peers: readonly Peer[], options: EngineOptions): Promise<readonly Row[]> {
  const label = `${one.name} ${mode} b${batch}`;
  options.onProgress(`${label}: starting`);
  const ours = await start(tfjs('onnxruntime')(one, mode, batch)!, LIMIT_SECONDS);
  if (!isPresent(ours)) throw new Error(`${label}: ours does not run: ${ours.unavailable}`);
  const started: { readonly peer: Peer; readonly program: Contestant | Absent }[] = [];
  for (const peer of peers) started.push({ peer, program: await startPeer(peer, one, mode, batch) });
  const present = started.map(({ program }) => program).filter(isPresent);
  for (const { parameters, version } of present) {
    if (parameters !== ours.parameters) throw new Error(`${label}: ${version} has ${parameters} parameters, ours ${ours.parameters}: not the same network`);
  }
  const times = await takeTurns([ours, ...present], options, (round) => options.onProgress(`${label}: round ${round + 1}`));
  const peaks: number[] = [];
  for (const program of [ours, ...present]) peaks.push(await program.end());
  const oursMs = spread(times[0]!);
  const limit = limitOf(one, mode, batch, options.peak, oursMs.median);
  return started.map(({ peer, program }): Row => {
    const common = { case: label, peer: peer.name, oursMs, limit };
    if (!isPresent(program)) {
      return { ...common, peerVersion: null, peerMs: null, ratio: null, ratioSpread: null, note: program.unavailable, firstMs: { ours: ours.firstMs, peer: null }, peakMiB: { ours: peaks[0]!, peer: null } };
    }
    const at = 1 + present.indexOf(program);
    const ratio = pairedRatio(times[0]!, times[at]!);
    return {
      ...common, peerVersion: program.version, peerMs: spread(times[at]!), ratio: ratio.median, ratioSpread: ratio,
      firstMs: { ours: ours.firstMs, peer: program.firstMs }, peakMiB: { ours: peaks[0]!, peer: peaks[at]! },
    };
  });
}

/** Times whole training steps and forward passes of ours against each peer, in turns. */
export async function benchEngine(options: EngineOptions): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const one of options.cases) {
    for (const mode of options.modes) {
      for (const [batch, peers] of byBatch(one, mode, options.peers)) {
        for (const row of await benchGroup(one, mode, batch, peers, options)) {
          rows.push(row);
          options.onRow(row);
        }
      }
    }
  }
  return rows;
}
