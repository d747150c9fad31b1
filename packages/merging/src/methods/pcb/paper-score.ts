import type { Scan, Statistics } from '../../method.ts';
import { fromUnits, unitsOf } from '../../statistics/exact-sum.ts';
import type { Score } from './released-score.ts';
import { blockSize } from '../../kernel/rooms.ts';
import { eachTaskBlock, type TaskBlock } from './task-blocks.ts';

/** `[tasks · tasks]` of the products τᵢ τⱼ, in float32. */
interface Extremes {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Sums of exponentials over all parameters, in units of `exact-sum`. */
interface Normalisers {
  size: number;
  /** `[tasks]`: exp(n (norm(τᵢ²) − 1)) */
  readonly intra: bigint[];
  /** `[tasks · tasks]`: exp(norm(τᵢ τⱼ) − 1) */
  readonly inter: bigint[];
}

const exponential = new Float64Array(blockSize);

/** exp(scale (norm(τᵢ τⱼ) − 1)) of a block: in (0, 1]. */
function exponentials({ tau, length }: TaskBlock, { low, high }: Extremes, i: number, j: number, scale: number): Float64Array {
  const [a, b, least] = [tau[i]!, tau[j]!, low[i * tau.length + j]!];
  const span = high[i * tau.length + j]! - least;
  for (let e = 0; e < length; e++) exponential[e] = Math.exp(scale * ((span > 0 ? (Math.fround(a[e]! * b[e]!) - least) / span : 0) - 1));
  return exponential;
}

const extremesScan: Scan<Extremes> = {
  name: 'extremes',
  start: (tasks) => ({ low: new Float32Array(tasks * tasks).fill(Infinity), high: new Float32Array(tasks * tasks).fill(-Infinity) }),
  fold: ({ low, high }, inputs) => eachTaskBlock(inputs, ({ tau, length }) => tau.forEach((a, i) => tau.forEach((b, j) => {
    const at = i * tau.length + j;
    for (let e = 0; e < length; e++) {
      const product = a[e]! * b[e]!;
      if (product < low[at]!) low[at] = product;
      if (product > high[at]!) high[at] = product;
    }
  }))),
  combine(into, from) {
    from.low.forEach((x, i) => { into.low[i] = Math.min(into.low[i]!, x); });
    from.high.forEach((x, i) => { into.high[i] = Math.max(into.high[i]!, x); });
  },
  finish: (extremes) => extremes,
};

const normalisersScan: Scan<Normalisers> = {
  name: 'normalisers',
  start: (tasks) => ({ size: 0, intra: Array.from({ length: tasks }, () => 0n), inter: Array.from({ length: tasks * tasks }, () => 0n) }),
  fold: (sums, inputs, found) => eachTaskBlock(inputs, (block) => {
    const extremes = found['extremes'] as Extremes;
    const tasks = block.tau.length;
    sums.size += block.length;
    for (let i = 0; i < tasks; i++) {
      sums.intra[i] = sums.intra[i]! + unitsOf(exponentials(block, extremes, i, i, tasks), block.length);
      for (let j = 0; j < tasks; j++) sums.inter[i * tasks + j] = sums.inter[i * tasks + j]! + unitsOf(exponentials(block, extremes, i, j, 1), block.length);
    }
  }),
  combine(into, from) {
    into.size += from.size;
    from.intra.forEach((x, i) => { into.intra[i] = into.intra[i]! + x; });
    from.inter.forEach((x, i) => { into.inter[i] = into.inter[i]! + x; });
  },
  finish: (sums) => sums,
};

export const paperScans: readonly Scan[] = [extremesScan as Scan, normalisersScan as Scan];

const sum = new Float64Array(blockSize);

/**
 * softmax(n norm(τᵢ²)) · Σⱼ softmax(norm(τᵢ τⱼ)), both softmaxes over all parameters, times the square of their number: that brings the scores near 1 and cancels in
 * the mean.
 */
export const paperScore: Score = (block: TaskBlock, found: Statistics) => {
  const extremes = found['extremes'] as Extremes;
  const { size, intra, inter } = found['normalisers'] as Normalisers;
  const { tau, score, length } = block;
  const tasks = tau.length;
  for (let i = 0; i < tasks; i++) {
    sum.fill(0);
    for (let j = 0; j < tasks; j++) {
      const scale = size / fromUnits(inter[i * tasks + j]!);
      const terms = exponentials(block, extremes, i, j, 1);
      for (let e = 0; e < length; e++) sum[e] = sum[e]! + scale * terms[e]!;
    }
    const scale = size / fromUnits(intra[i]!);
    const terms = exponentials(block, extremes, i, i, tasks);
    for (let e = 0; e < length; e++) score[i]![e] = scale * terms[e]! * sum[e]!;
  }
};
