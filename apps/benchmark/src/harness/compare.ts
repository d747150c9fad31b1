import { type Absent, type Command, type Contestant, start } from './contestant.ts';
import type { Row } from './result.ts';
import { type Length, takeTurns } from './rounds.ts';
import { pairedRatio, spread } from './statistics.ts';

export interface Comparison {
  /** The case, as rows name it. */
  readonly label: string;
  readonly ours: Command;
  /** How to start a peer, or why it cannot take part. */
  readonly peers: readonly { readonly name: string; readonly command: Command | Absent }[];
  readonly length: Length;
  /** A step of more seconds is not waited for. Default 60. */
  readonly limitSeconds?: number;
  /** What the hardware allows, given our milliseconds of a step; undefined where no number says so. */
  readonly limit: (ms: number) => string | undefined;
  readonly onProgress: (text: string) => void;
}

/** Numbers of the same work agree so well, relative to their size. */
const TOLERANCE = 1e-5;

const isPresent = (one: Contestant | Absent): one is Contestant => 'turn' in one;

function checkSame(label: string, ours: Contestant, peer: Contestant): void {
  if (ours.check === undefined || peer.check === undefined) return;
  const apart = Math.abs(ours.check - peer.check);
  if (!(apart <= TOLERANCE * Math.abs(ours.check))) throw new Error(`${label}: ${peer.version} has ${peer.check}, ours ${ours.check}: not the same work`);
}

/** One program of ours and its peers take turns; one row for each peer. @throws {Error} where ours does not run, or a peer does other work */
export async function compare({ label, ours: command, peers, length, limitSeconds = 60, limit: limitOf, onProgress }: Comparison): Promise<readonly Row[]> {
  onProgress(`${label}: starting`);
  const ours = await start(command, limitSeconds);
  if (!isPresent(ours)) throw new Error(`${label}: ours does not run: ${ours.unavailable}`);
  const started: { readonly peer: string; readonly program: Contestant | Absent }[] = [];
  for (const { name, command: theirs } of peers) {
    started.push({ peer: name, program: 'unavailable' in theirs ? theirs : await start(theirs, limitSeconds) });
  }
  const present = started.map(({ program }) => program).filter(isPresent);
  for (const peer of present) checkSame(label, ours, peer);
  const times = await takeTurns([ours, ...present], length, (round) => onProgress(`${label}: round ${round + 1}`));
  const peaks: number[] = [];
  for (const program of [ours, ...present]) peaks.push(await program.end());
  const oursMs = spread(times[0]!);
  const limit = limitOf(oursMs.median);
  return started.map(({ peer, program }): Row => {
    const common = { case: label, peer, oursMs, ...(limit !== undefined && { limit }) };
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
