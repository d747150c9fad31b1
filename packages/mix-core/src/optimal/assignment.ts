const NONE = -1;

/** Work of one search for a free column. */
interface Search {
  /** [size]: cost of the cheapest known path to each column. */
  readonly path: Float64Array;
  /** The row before each column on that path. */
  readonly before: Int32Array;
  /** Columns: those that are done come first, then the others in any order. */
  readonly columns: Int32Array;
}

/** Cheapest path of reduced costs from a free row to a free column (Dijkstra). @returns how many columns are done, the last of which is the free one */
function search(cost: Float64Array, size: number, start: number, u: Float64Array, v: Float64Array, rowOf: Int32Array, { path, before, columns }: Search): number {
  path.fill(Infinity);
  let row = start;
  let least = 0;
  for (let done = 0; ;) {
    let next = done;
    let lowest = Infinity;
    for (let i = done; i < size; i++) {
      const column = columns[i]!;
      const length = least + cost[row * size + column]! - u[row]! - v[column]!;
      if (length < path[column]!) {
        path[column] = length;
        before[column] = row;
      }
      // of columns that are equally near, a free one ends the search
      if (path[column]! < lowest || (path[column] === lowest && rowOf[column] === NONE)) {
        lowest = path[column]!;
        next = i;
      }
    }
    const column = columns[next]!;
    columns[next] = columns[done]!;
    columns[done++] = column;
    least = lowest;
    if (rowOf[column] === NONE) return done;
    row = rowOf[column]!;
  }
}

/** Assigns each row to its cheapest column while that is free. @returns the rows that are left */
function assignGreedily(cost: Float64Array, size: number, u: Float64Array, columnOf: Int32Array, rowOf: Int32Array): readonly number[] {
  const free: number[] = [];
  for (let row = 0; row < size; row++) {
    let best = 0;
    for (let column = 1; column < size; column++) {
      if (cost[row * size + column]! < cost[row * size + best]!) best = column;
    }
    u[row] = cost[row * size + best]!;
    if (rowOf[best] === NONE) {
      columnOf[row] = best;
      rowOf[best] = row;
    } else {
      free.push(row);
    }
  }
  return free;
}

/**
 * The cheapest way to give every row a column of its own, exactly, by shortest augmenting paths (Jonker, Volgenant, "A Shortest Augmenting Path Algorithm for Dense and Sparse
 * Linear Assignment Problems", Computing 1987).
 *
 * @param cost [size, size], finite
 * @returns [size]: the column of each row
 */
export function assignment(cost: Float64Array, size: number): Int32Array {
  const [u, v] = [new Float64Array(size), new Float64Array(size)];
  const [columnOf, rowOf] = [new Int32Array(size).fill(NONE), new Int32Array(size).fill(NONE)];
  const columns = Int32Array.from({ length: size }, (_, column) => column);
  const work = { path: new Float64Array(size), before: new Int32Array(size), columns };
  for (const start of assignGreedily(cost, size, u, columnOf, rowOf)) {
    const done = search(cost, size, start, u, v, rowOf, work);
    const end = columns[done - 1]!;
    const length = work.path[end]!;
    u[start]! += length;
    for (let i = 0; i < done - 1; i++) {
      const slack = length - work.path[columns[i]!]!;
      v[columns[i]!]! -= slack;
      u[rowOf[columns[i]!]!]! += slack;
    }
    for (let column = end, row = NONE; row !== start;) {
      row = work.before[column]!;
      rowOf[column] = row;
      [columnOf[row], column] = [column, columnOf[row]!];
    }
  }
  return columnOf;
}
