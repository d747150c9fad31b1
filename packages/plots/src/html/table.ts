import { escapeHtml } from './escape.ts';
import type { TableBlock } from './report.ts';

type Cell = TableBlock['rows'][number][number];

const isNumeric = (cell: Cell): boolean => cell === null || typeof cell === 'number' || /^[-+−±<>≤≥≈~]?\s?\d/.test(cell);

/** @throws {RangeError} for a row that has not one cell per column */
export function tableHtml(place: string, { columns, rows, caption }: TableBlock): string {
  for (const [index, row] of rows.entries()) {
    if (row.length !== columns.length) throw new RangeError(`htmlReport: ${place}.rows[${index}] must have ${columns.length} cells, got ${row.length}`);
  }
  const numeric = columns.map((_, column) => rows.length > 0 && rows.every((row) => isNumeric(row[column]!)));
  const style = (column: number): string => (numeric[column] ? ' class="number"' : '');
  const cell = (content: Cell, column: number): string => {
    const text = content === null ? '' : escapeHtml(content);
    return column === 0 && !numeric[0] ? `<th scope="row">${text}</th>` : `<td${style(column)}>${text}</td>`;
  };
  const head = columns.map((name, column) => `<th scope="col"${style(column)}>${escapeHtml(name)}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
  const title = caption === undefined ? '' : `<caption>${escapeHtml(caption)}</caption>`;
  return `<div class="table" tabindex="0"><table>${title}<thead><tr>${head}</tr></thead>\n<tbody>${body}</tbody></table></div>`;
}
