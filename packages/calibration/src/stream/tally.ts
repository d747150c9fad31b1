import { addToBin, type BinMeans, type BinTotals, binTotals, meansOf, widthEdges } from '../binned/bin-totals.ts';
import { binOf, type EdgeRule, thresholdsOf } from '../binned/bins.ts';
import { addInto, addSums, type CompensatedSums, compensatedSums } from '../inputs/compensated-sum.ts';
import type { Scores } from '../inputs/predictions.ts';
import { type Block, eachBlock } from '../rows/each-block.ts';
import { brierOf } from '../scores/brier-score.ts';
import { lossOf, smallestProbability } from '../scores/negative-log-likelihood.ts';

/** Totals of all that can be summed row by row: plain numbers and arrays whose size does not depend on the number of rows. */
export interface Tally {
  readonly classes: number;
  readonly bins: number;
  readonly rule: EdgeRule;
  n: number;
  correct: number;
  /** Labels whose probability was raised to 1e-12 before its logarithm. */
  clipped: number;
  /** Sums of −log p of the label, of Brier's score, and of the top confidence. */
  readonly sums: { readonly nll: CompensatedSums; readonly brier: CompensatedSums; readonly confidence: CompensatedSums };
  /** `[bins]` of the most probable class. */
  readonly top: BinTotals;
  /** `[classes, bins]` */
  readonly perClass: BinTotals;
}

export function tallyOf(classes: number, bins: number, rule: EdgeRule): Tally {
  const sums = { nll: compensatedSums(1), brier: compensatedSums(1), confidence: compensatedSums(1) };
  return { classes, bins, rule, n: 0, correct: 0, clipped: 0, sums, top: binTotals(bins), perClass: binTotals(classes * bins) };
}

/** Adds what the kernel summed up: the first bin of each class holds the rows that no other does. */
function takeCells({ classes, bins, perClass: { count, confidence } }: Tally, rows: number, first: Float64Array, cells: Float64Array): void {
  for (let k = 0; k < classes; k++) {
    let others = 0;
    for (let bin = 1; bin < bins; bin++) {
      const [sum, size] = [cells[2 * (k * bins + bin)]!, cells[2 * (k * bins + bin) + 1]!];
      if (size === 0) continue;
      addInto(confidence, k * bins + bin, sum);
      count[k * bins + bin]! += size;
      others += size;
    }
    addInto(confidence, k * bins, first[k]!);
    count[k * bins]! += rows - others;
  }
}

/**
 * Adds rows to a tally, in one pass. A bad row leaves the tally half-filled.
 *
 * @param labels `[rows]`, checked
 * @param seen takes confidence and correctness of the most probable class of each row
 * @throws RangeError naming the first bad row
 */
export function addRows(tally: Tally, scores: Scores, labels: Int32Array, caller: string, seen?: (row: number, confidence: number, correct: number) => void): void {
  const { bins, rule, top, perClass, sums } = tally;
  const { columns } = scores;
  const edges = thresholdsOf(bins, rule);
  const visit = (block: Block): void => {
    const { start, rows, probabilities, facts } = block;
    for (let row = 0; row < rows; row++) {
      const label = labels[start + row]!;
      const p = probabilities[row * columns + label]!;
      const best = facts[4 * row + 2]!;
      const confidence = probabilities[row * columns + best]!;
      const correct = best === label ? 1 : 0;
      addToBin(top, binOf(confidence, bins, edges), confidence, correct);
      perClass.happened[label * bins + binOf(p, bins, edges)]!++;
      addInto(sums.nll, 0, lossOf(scores, block, row, label));
      addInto(sums.brier, 0, brierOf(block, row, p));
      addInto(sums.confidence, 0, confidence);
      if (scores.kind === 'probabilities' && p < smallestProbability) tally.clipped++;
      tally.correct += correct;
      seen?.(start + row, confidence, correct);
    }
  };
  eachBlock(scores, caller, visit, { bins, edges, take: (rows, first, cells) => takeCells(tally, rows, first, cells) });
  tally.n += scores.rows;
}

function addTotals(into: BinTotals, from: BinTotals): void {
  for (let bin = 0; bin < from.count.length; bin++) {
    into.count[bin]! += from.count[bin]!;
    into.happened[bin]! += from.happened[bin]!;
  }
  addSums(into.confidence, from.confidence);
}

/** Adds one tally to another of the same classes and bins. */
export function addTally(into: Tally, from: Tally): void {
  into.n += from.n;
  into.correct += from.correct;
  into.clipped += from.clipped;
  for (const key of ['nll', 'brier', 'confidence'] as const) addSums(into.sums[key], from.sums[key]);
  addTotals(into.top, from.top);
  addTotals(into.perClass, from.perClass);
}

/** Means per bin of each class. */
export function classMeans({ classes, bins, n, perClass }: Tally): BinMeans[] {
  const edges = widthEdges(bins);
  return Array.from({ length: classes }, (_, k) => meansOf(perClass, n, edges, k * bins));
}
