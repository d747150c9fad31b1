import type { Row } from './result.ts';
import type { Spread } from './statistics.ts';

const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0));
const range = ({ p25, median, p75 }: Spread): string => `${ms(median)} (${ms(p25)}–${ms(p75)})`;

/** One line of text. */
export function rowLine({ case: name, peer, peerVersion, oursMs, peerMs, ratio, ratioSpread, note, firstMs, peakMiB }: Row): string {
  const start = `${name.padEnd(24)} ours ${range(oursMs)} ms`;
  if (!peerMs || ratio === null || !ratioSpread) return `${start}; ${peer}: ${note ?? 'absent'}`;
  const digits = ratio < 0.1 ? 4 : 2;
  const memory = `memory ${peakMiB.ours.toFixed(0)} / ${peakMiB.peer!.toFixed(0)} MiB, first step ${ms(firstMs.ours)} / ${ms(firstMs.peer!)} ms`;
  return `${start}, ${peer} (${peerVersion}) ${range(peerMs)} ms: ratio ${ratio.toFixed(digits)} (${ratioSpread.p25.toFixed(digits)}–${ratioSpread.p75.toFixed(digits)}); ${memory}`;
}
