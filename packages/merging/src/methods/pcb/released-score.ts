import type { Statistics } from '../../method.ts';
import type { OrderStatistics } from '../../statistics/order-statistics.ts';
import type { TaskBlock } from './task-blocks.ts';
import type { PcbVariant } from './variants.ts';

/** Fills the scores of a block. */
export type Score = (block: TaskBlock, found: Statistics) => void;

/** Beyond it exp(n) overflows float32: the scores are divided by exp(n − 80) then, which the final min-max undoes. */
const largestExponent = 80;

function total(rows: readonly Float32Array[], length: number): Float32Array {
  const sum = new Float32Array(length);
  for (const row of rows) for (let e = 0; e < length; e++) sum[e] = sum[e]! + row[e]!;
  return sum;
}

/** norm(a) with the sign of tau. */
function signedNorms({ tau, length }: TaskBlock, { values }: OrderStatistics): Float32Array[] {
  return tau.map((row, i) => {
    const [low, high] = values[i] as [number, number];
    const span = Math.fround(high - low);
    const norm = new Float32Array(length);
    if (span > 0) for (let e = 0; e < length; e++) norm[e] = (Math.sign(row[e]!) * (Math.min(Math.max(Math.abs(row[e]!), low), high) - low)) / span;
    return norm;
  });
}

function inter(variant: PcbVariant, { tau, score, length }: TaskBlock, norms: readonly Float32Array[]): void {
  if (variant === 'visionPairwise') {
    score.forEach((row, i) => {
      row.fill(0);
      for (const other of norms) for (let e = 0; e < length; e++) row[e] = row[e]! + Math.tanh(norms[i]![e]! * other[e]!);
    });
  } else {
    const sum = total(variant === 'visionSum' ? norms : tau, length);
    score.forEach((row, i) => { for (let e = 0; e < length; e++) row[e] = Math.tanh(tau[i]![e]! * sum[e]!); });
  }
}

/** exp(n norm(a)²) times how much the tasks agree, as the released code has it. */
export const releasedScore = (variant: PcbVariant): Score => (block, found) => {
  const norms = signedNorms(block, found['magnitude'] as OrderStatistics);
  const n = norms.length;
  inter(variant, block, norms);
  const shift = Math.max(0, n - largestExponent);
  block.score.forEach((row, i) => {
    for (let e = 0; e < block.length; e++) row[e] = row[e]! * Math.exp(n * norms[i]![e]! ** 2 - shift);
  });
};
