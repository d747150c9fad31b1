import { checkFinite, checkProbabilityRow, type Scores } from '../inputs/predictions.ts';
import type { KernelMemory } from './load-kernel.ts';
import { rowKernel } from './row-kernel.ts';

/** Numbers that are looked at together: a block of probabilities stays in the cache between the loops over it. */
const blockSize = 16_384;
/** Rows after which the sums per bin are handed on, so that plain sums stay short. */
const tallyRows = 8192;

/** Some rows in a row. Its arrays hold only until the visitor returns. */
export interface Block {
  /** Index of its first row. */
  readonly start: number;
  readonly rows: number;
  /** `[rows, classes]` */
  readonly probabilities: Float64Array;
  /** `[rows, 4]`: largest logit (0 for probabilities), sum of exp(logit − largest), the first class of the largest, sum of squared probabilities. */
  readonly facts: Float64Array;
}

/** Sums of probabilities per class and bin. */
export interface ClassTally {
  readonly bins: number;
  /** `[bins + 2]`: bin i holds edges[i] < p <= edges[i + 1]. */
  readonly edges: Float64Array;
  /**
   * Takes what came since the last call.
   * @param first `[classes]`: sum of what lies in the first bin
   * @param cells `[classes, bins, 2]`: sum and count of what lies in the others
   */
  take(rows: number, first: Float64Array, cells: Float64Array): void;
}

/** Where things lie in the kernel's memory, in bytes. */
function layOut(rows: number, columns: number, bins: number) {
  let end = 0;
  const place = (numbers: number): number => { const at = end; end += 8 * numbers; return at; };
  return {
    from: place(rows * columns),
    scratch: place(columns + 2),
    to: place(rows * columns + 2),
    facts: place(4 * rows),
    edges: place(bins + 2),
    first: place(columns + 1),
    cells: place((columns + 1) * bins * 2),
    end,
  };
}

type Layout = ReturnType<typeof layOut>;

function readLogitBlock(scores: Scores, start: number, rows: number, at: Layout, caller: string): void {
  const { columns, values } = scores;
  const { memory, kernel } = rowKernel(at.end);
  const single = values instanceof Float32Array;
  const block = values.subarray(start * columns, (start + rows) * columns);
  new (single ? Float32Array : Float64Array)(memory.buffer, at.from, rows * columns).set(block);
  const bad = kernel.softmax(at.from, single ? 1 : 0, rows, columns, at.scratch, at.to, at.facts);
  if (bad >= 0) checkFinite(block, columns, start, caller);
}

function readProbabilityBlock({ columns, values }: Scores, start: number, rows: number, { probabilities, facts }: Block, caller: string): void {
  probabilities.set(values.subarray(start * columns, (start + rows) * columns));
  for (let row = 0; row < rows; row++) {
    checkProbabilityRow(values, columns, start + row, caller);
    let [best, squares] = [0, 0];
    for (let k = 0; k < columns; k++) {
      const p = probabilities[row * columns + k]!;
      if (p > probabilities[row * columns + best]!) best = k;
      squares += p * p;
    }
    facts.set([0, 1, best, squares], 4 * row);
  }
}

function blockAt(start: number, rows: number, columns: number, at: Layout, { buffer }: KernelMemory): Block {
  return { start, rows, probabilities: new Float64Array(buffer, at.to, rows * columns), facts: new Float64Array(buffer, at.facts, 4 * rows) };
}

/** Where `tally` sums up, emptied. */
function openTally({ edges }: ClassTally, columns: number, at: Layout, { buffer }: KernelMemory): { readonly first: Float64Array; readonly cells: Float64Array } {
  new Float64Array(buffer, at.edges, edges.length).set(edges);
  const tables = { first: new Float64Array(buffer, at.first, columns), cells: new Float64Array(buffer, at.cells, columns * (edges.length - 2) * 2) };
  tables.first.fill(0);
  tables.cells.fill(0);
  return tables;
}

/**
 * Probabilities of all rows, block by block: one pass over the data, whatever its size.
 *
 * @param visit must not start another pass: there is one memory
 * @throws RangeError naming the first row that is not finite, or no probabilities
 */
export function eachBlock(scores: Scores, caller: string, visit: (block: Block) => void, tally?: ClassTally): void {
  const { rows, columns, kind } = scores;
  const size = Math.min(rows, Math.max(1, Math.floor(blockSize / columns)));
  const at = layOut(size, columns, tally?.bins ?? 0);
  const { memory, kernel } = rowKernel(at.end);
  const tables = tally && openTally(tally, columns, at, memory);
  let taken = 0;
  for (let start = 0; start < rows; start += size) {
    const count = Math.min(size, rows - start);
    const block = blockAt(start, count, columns, at, memory);
    if (kind === 'logits') readLogitBlock(scores, start, count, at, caller);
    else readProbabilityBlock(scores, start, count, block, caller);
    visit(block);
    if (!tally || !tables) continue;
    kernel.tally(at.to, count, columns, tally.bins, at.edges, at.first, at.cells);
    const end = start + count;
    if (end - taken >= tallyRows || end === rows) {
      tally.take(end - taken, tables.first, tables.cells);
      tables.first.fill(0);
      tables.cells.fill(0);
      taken = end;
    }
  }
}
