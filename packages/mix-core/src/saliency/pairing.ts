/** How many numbers of each vector are compared before the next ones: so few that those of many vectors stay in the cache. */
const stretch = 1024;

/** Euclidean distances between all pairs of vectors of one length: [n, n], row by row. */
export function distances(vectors: readonly Float64Array[]): Float64Array {
  const n = vectors.length;
  const out = new Float64Array(n * n);
  const length = vectors[0]?.length ?? 0;
  for (let start = 0; start < length; start += stretch) {
    const end = Math.min(start + stretch, length);
    for (let i = 0; i < n; i++) {
      for (let j = i + 1; j < n; j++) {
        const [a, b] = [vectors[i]!, vectors[j]!];
        let sum = 0;
        for (let at = start; at < end; at++) sum += (a[at]! - b[at]!) ** 2;
        out[i * n + j]! += sum;
      }
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) out[i * n + j] = out[j * n + i] = Math.sqrt(out[i * n + j]!);
  }
  return out;
}

/** The largest of line `row` whose column is open, of equal ones the first; −1 where none is. */
function farthest(distance: Float64Array, row: number, open: readonly boolean[]): number {
  let best = -1;
  open.forEach((isOpen, column) => {
    if (isOpen && column !== row && (best === -1 || distance[row * open.length + column]! > distance[row * open.length + best]!)) best = column;
  });
  return best;
}

/**
 * A partner for each of n, so that partners are far apart and all lie on one cycle: from the pair that is farthest apart on, each goes to the farthest that is not
 * yet a partner, and the last to the first. O(n²).
 *
 * @param distance [n, n]
 */
export function oneCycle(distance: Float64Array, n: number): Int32Array {
  const partner = new Int32Array(n);
  const open = Array.from({ length: n }, () => true);
  const ahead = Array.from(open, (_, row) => farthest(distance, row, open));
  const at = (row: number): number => distance[row * n + ahead[row]!] ?? -Infinity;
  const first = ahead.reduce((best, _, row) => (at(row) > at(best) ? row : best), 0);
  let row = first;
  for (let step = 1; step < n; step++) {
    open[row] = false;
    partner[row] = farthest(distance, row, open);
    row = partner[row]!;
  }
  partner[row] = first;
  return partner;
}
