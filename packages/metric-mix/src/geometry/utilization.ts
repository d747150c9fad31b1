import type { ToHostInput } from '@mixwell/tensor';
import { forEachQuery, type OnProgress } from '../retrieval/for-each-query.ts';
import { checkSameWidth, readRows } from '../rows/read-rows.ts';
import { squaredNorms, unitRows } from '../rows/row-norms.ts';

/**
 * Utilization u(Q, X): mean over queries q of min_x ‖u_q − u_x‖², u = unit rows (Venkataramanan et al., ICLR 2022, arXiv 2106.04990). Lower: what is tested has training items that are similar.
 *
 * @param queries `[queries, dimensions]`
 * @param training `[rows, dimensions]`
 * @throws {RangeError} for shapes that do not fit, or numbers that are not finite
 */
export function utilization(queries: ToHostInput, training: ToHostInput, { onProgress }: { readonly onProgress?: OnProgress } = {}): number {
  const asked = unitRows(readRows('utilization', 'queries', queries));
  const gallery = unitRows(readRows('utilization', 'training', training));
  checkSameWidth('utilization', ['queries', 'training'], asked, gallery);
  const squares = squaredNorms(asked);
  let total = 0;
  forEachQuery({ queries: asked, gallery, k: 1 }, (query, { keys }) => {
    total += Math.max(0, squares[query]! - 2 * keys[0]!);
  }, onProgress);
  return total / asked.rows;
}
