import type { Rows } from '../rows/read-rows.ts';

/** The largest whole number that a column becomes. Products of rows of at most this length fit into 32 bits, and so do all sums on the way (Cauchy and Schwarz). */
export const STEPS = 32_767;

/** Rows in a panel. */
export const PANEL = 8;

export const roundUp = (value: number, to: number): number => Math.ceil(value / to) * to;

export const panelBytes = (columns: number): number => 2 * PANEL * roundUp(columns, 8);
export const packedBytes = ({ rows, columns }: Pick<Rows, 'rows' | 'columns'>): number => (roundUp(rows, PANEL) / PANEL) * panelBytes(columns);

/** The nearest whole number to one of at most `STEPS` in size, in a fraction of the time of Math.round. */
export const nearestStep = (value: number): number => ((value + 32_768.5) | 0) - 32_768;

/**
 * Writes rows, times a factor, as whole numbers in panels of eight: pairs of columns of row 0, …, row 7, then the next pairs. What is written was zero.
 *
 * @returns the largest Euclidean distance of a row from its whole numbers
 */
export function packRows({ rows, columns, values }: Rows, factor: number, to: Int16Array): number {
  const perPanel = panelBytes(columns) / 2;
  let most = 0;
  for (let r = 0, at = 0; r < rows; r++) {
    const base = Math.floor(r / PANEL) * perPanel + 2 * (r % PANEL);
    let squares = 0;
    for (let c = 0; c < columns; c++, at++) {
      const exact = values[at]! * factor;
      const whole = nearestStep(exact);
      to[base + (c >> 1) * 2 * PANEL + (c & 1)] = whole;
      squares += (exact - whole) ** 2;
    }
    most = Math.max(most, squares);
  }
  return Math.sqrt(most);
}

/** How far the product of two rows of at most `STEPS` can be from that of their whole numbers, which are at most `residual` away. */
export const productError = (residual: number): number => residual * (2 * STEPS + residual);
