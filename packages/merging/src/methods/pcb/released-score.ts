import { mergeKernel } from '../../kernel/merge-kernel.ts';
import type { Statistics } from '../../method.ts';
import type { OrderStatistics } from '../../statistics/order-statistics.ts';
import { bytesOf, type TaskBlock } from './task-blocks.ts';
import type { PcbVariant } from './variants.ts';

/** Fills the scores of a block. */
export type Score = (block: TaskBlock, found: Statistics) => void;

/** Beyond it exp(n) overflows float32: the scores are divided by exp(n − 80) then, which the final min-max undoes. */
const largestExponent = 80;

/** norm(|t|) with the sign of t. */
function signedNorms({ tau, norms, length }: TaskBlock, { values }: OrderStatistics): void {
  const { kernel } = mergeKernel();
  tau.forEach((row, i) => {
    const [low, high] = values[i] as [number, number];
    const span = Math.fround(high - low);
    if (span > 0) kernel.norms(row.byteOffset, norms[i]!.byteOffset, bytesOf(length), low, high, span);
    else norms[i]!.fill(0);
  });
}

/** How much each task agrees with the others. */
function inter(variant: PcbVariant, { tau, norms, score, sum, length }: TaskBlock): void {
  const { kernel } = mergeKernel();
  const bytes = bytesOf(length);
  if (variant === 'visionPairwise') {
    score.forEach((row, i) => norms.forEach((other, j) => kernel.tanhProduct(norms[i]!.byteOffset, other.byteOffset, row.byteOffset, bytes, j === 0 ? 0 : -1)));
  } else {
    sum.fill(0);
    for (const row of variant === 'visionSum' ? norms : tau) kernel.add(row.byteOffset, sum.byteOffset, bytes);
    score.forEach((row, i) => kernel.tanhProduct(tau[i]!.byteOffset, sum.byteOffset, row.byteOffset, bytes, 0));
  }
}

/** exp(n norm(|t|)²) times how much the tasks agree, as the released code has it. */
export const releasedScore = (variant: PcbVariant): Score => (block, found) => {
  signedNorms(block, found['magnitude'] as OrderStatistics);
  inter(variant, block);
  const { norms, score, length } = block;
  const tasks = norms.length;
  const shift = Math.max(0, tasks - largestExponent);
  score.forEach((row, i) => mergeKernel().kernel.timesExp(row.byteOffset, norms[i]!.byteOffset, bytesOf(length), tasks, shift));
};
