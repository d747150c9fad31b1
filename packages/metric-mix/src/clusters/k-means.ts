import { hostTensor, type HostTensor, type Rng, type ToHostInput, uniform } from '@mixwell/tensor';
import { checkRng, checkWhole } from '../check.ts';
import { forEachQuery } from '../retrieval/for-each-query.ts';
import { readRows, type Rows } from '../rows/read-rows.ts';
import { squaredNorms, unitRows } from '../rows/row-norms.ts';

export interface KMeansOptions {
  /** 1 … rows. */
  readonly clusters: number;
  readonly rng: Rng;
  /** Default 20. */
  readonly iterations?: number;
  /** Whether rows count as if they had length 1. Default true. */
  readonly normalize?: boolean;
}

export interface KMeans {
  /** Cluster of each row. `[rows]` */
  readonly clusters: HostTensor<'int32'>;
  /** `[clusters, dimensions]` */
  readonly centres: HostTensor<'float32'>;
  /** Sum over rows of the squared distance to the centre. */
  readonly inertia: number;
}

const squaredDistance = ({ columns, values }: Rows, row: number, other: number): number => {
  let sum = 0;
  for (let c = 0; c < columns; c++) sum += (values[row * columns + c]! - values[other * columns + c]!) ** 2;
  return sum;
};

const centresOf = ({ columns, values }: Rows, rows: readonly number[]): Rows =>
  ({ rows: rows.length, columns, values: Float32Array.from({ length: rows.length * columns }, (_, at) => values[rows[Math.floor(at / columns)]! * columns + (at % columns)]!) });

/** k-means++: each next centre is a row, drawn in proportion to its squared distance to the nearest one so far. */
function firstCentres(rows: Rows, clusters: number, rng: Rng): Rows {
  const chosen = [Math.floor(uniform(rng) * rows.rows)];
  const nearest = Float64Array.from({ length: rows.rows }, (_, row) => squaredDistance(rows, row, chosen[0]!));
  while (chosen.length < clusters) {
    let left = uniform(rng) * nearest.reduce((a, b) => a + b, 0);
    let next = nearest.findIndex((distance) => distance > 0 && (left -= distance) <= 0);
    if (next === -1) next = nearest.reduce((best, distance, row) => (distance > nearest[best]! ? row : best), 0); // rounding, or no other rows are left
    chosen.push(next);
    for (let row = 0; row < rows.rows; row++) nearest[row] = Math.min(nearest[row]!, squaredDistance(rows, row, next));
  }
  return centresOf(rows, chosen);
}

interface Assignment {
  readonly clusters: Int32Array;
  /** Squared distance of each row to its centre. */
  readonly distances: Float64Array;
}

function assign(rows: Rows, centres: Rows, squares: Float64Array): Assignment {
  const clusters = new Int32Array(rows.rows);
  const distances = new Float64Array(rows.rows);
  forEachQuery({ queries: rows, gallery: centres, k: 1 }, (row, { ids, keys }) => {
    clusters[row] = ids[0]!;
    distances[row] = Math.max(0, squares[row]! - 2 * keys[0]!);
  });
  return { clusters, distances };
}

/** Means of the clusters; one without rows moves to the row that is farthest from its centre, each to another. */
function means(rows: Rows, count: number, { clusters, distances }: Assignment): Rows {
  const { columns, values } = rows;
  const sums = new Float64Array(count * columns);
  const sizes = new Int32Array(count);
  clusters.forEach((cluster, row) => {
    sizes[cluster]!++;
    for (let c = 0; c < columns; c++) sums[cluster * columns + c]! += values[row * columns + c]!;
  });
  const empty = sizes.reduce((sum, size) => sum + (size === 0 ? 1 : 0), 0);
  const far = empty === 0 ? [] : Array.from(distances.keys()).toSorted((a, b) => distances[b]! - distances[a]! || a - b);
  let moved = 0;
  const centres = new Float32Array(count * columns);
  sizes.forEach((size, cluster) => {
    const row = size === 0 ? far[moved++]! : -1;
    for (let c = 0; c < columns; c++) centres[cluster * columns + c] = size === 0 ? values[row * columns + c]! : sums[cluster * columns + c]! / size;
  });
  return { rows: count, columns, values: centres };
}

/**
 * Clusters rows by Lloyd's iterations from k-means++ (Arthur, Vassilvitskii 2007), until no row changes or `iterations` are done. Exact distances, by the blocked search of `nearestNeighbours`.
 *
 * @param embeddings `[rows, dimensions]`
 * @throws {RangeError | TypeError} for numbers that are not finite, more clusters than rows, no generator
 */
export function kMeans(embeddings: ToHostInput, { clusters: count, rng, iterations = 20, normalize = true }: KMeansOptions): KMeans {
  const read = readRows('kMeans', 'embeddings', embeddings);
  checkWhole('kMeans', 'clusters', count);
  checkWhole('kMeans', 'iterations', iterations);
  checkRng('kMeans', rng);
  if (count > read.rows) throw new RangeError(`kMeans: clusters must be at most the ${read.rows} rows, got ${count}`);
  const rows = normalize ? unitRows(read) : read;
  const squares = squaredNorms(rows);
  let centres = firstCentres(rows, count, rng);
  let assigned = assign(rows, centres, squares);
  for (let step = 0; step < iterations; step++) {
    centres = means(rows, count, assigned);
    const next = assign(rows, centres, squares);
    const settled = next.clusters.every((cluster, row) => cluster === assigned.clusters[row]);
    assigned = next;
    if (settled) break;
  }
  return {
    clusters: hostTensor('int32', [rows.rows], assigned.clusters),
    centres: hostTensor('float32', [count, rows.columns], centres.values),
    inertia: assigned.distances.reduce((a, b) => a + b, 0),
  };
}
