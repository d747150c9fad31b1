import { type HostTensor, hostTensor, type ToHostInput } from '@mixwell/tensor';
import { checkSameWidth, readRows, type Rows } from '../rows/read-rows.ts';
import { squaredNorms, unitRows } from '../rows/row-norms.ts';
import { forEachQuery, type OnProgress, type OnQuery, type QueryInput } from './for-each-query.ts';

export interface NearestOptions {
  /** Neighbours of each row. */
  readonly k: number;
  /** `[rows, dimensions]` to look among. Default: the embeddings themselves, where no row is its own neighbour. */
  readonly gallery?: ToHostInput;
  /** Whether rows count as if they had length 1 (a row of zeros stays one). Default true. */
  readonly normalize?: boolean;
  readonly onProgress?: OnProgress;
}

export interface Nearest {
  /** Rows of the gallery, nearest first, the lower number first of two that are as near. `[queries, k]` */
  readonly indices: HostTensor<'int32'>;
  /** Euclidean distances; below 1e-7 rounding may be all there is of one. `[queries, k]` */
  readonly distances: HostTensor<'float32'>;
}

/** @throws {RangeError} where k is no whole number of at least 1, or there are not so many rows to find */
export function checkNeighbours(caller: string, name: string, k: number, most: number): void {
  if (!Number.isInteger(k) || k < 1 || k > most) throw new RangeError(`${caller}: ${name} must be a whole number from 1 to ${most}, the rows that can be found, got ${k}`);
}

export interface Sides {
  readonly queries: Rows | null;
  readonly gallery: Rows;
  /** Rows that a query can find. */
  readonly most: number;
}

/** Reads queries and what they look among; of length 1 where that is asked for. @throws {RangeError} for what are no rows of one length, or too few */
export function readSides(caller: string, embeddings: ToHostInput, gallery: ToHostInput | undefined, normalize: boolean, galleryName = 'gallery'): Sides {
  const prepare = normalize ? unitRows : (rows: Rows): Rows => rows;
  const rows = readRows(caller, 'embeddings', embeddings);
  if (gallery === undefined) return { queries: null, gallery: prepare(rows), most: rows.rows - 1 };
  const among = readRows(caller, galleryName, gallery);
  checkSameWidth(caller, ['embeddings', galleryName], rows, among);
  return { queries: prepare(rows), gallery: prepare(among), most: among.rows };
}

/** Arrays for the neighbours of queries start, …, end − 1, and the function that fills them. */
export function collectNearest({ queries, gallery, k }: QueryInput, start: number, end: number): { readonly arrays: { readonly indices: Int32Array; readonly distances: Float32Array }; readonly onQuery: OnQuery } {
  const squares = squaredNorms(queries ?? gallery);
  const indices = new Int32Array((end - start) * k);
  const distances = new Float32Array((end - start) * k);
  const onQuery: OnQuery = (query, { ids, keys }) => {
    const at = (query - start) * k;
    indices.set(ids, at);
    // ‖a − b‖² = ‖a‖² − 2 (⟨a, b⟩ − ‖b‖² / 2)
    for (let i = 0; i < k; i++) distances[at + i] = Math.sqrt(Math.max(0, squares[query]! - 2 * keys[i]!));
  };
  return { arrays: { indices, distances }, onQuery };
}

export const nearestOf = ({ indices, distances }: { readonly indices: Int32Array; readonly distances: Float32Array }, rows: number, k: number): Nearest =>
  ({ indices: hostTensor('int32', [rows, k], indices), distances: hostTensor('float32', [rows, k], distances) });

/**
 * The exact k nearest rows of each row, by Euclidean distance in float64 of float32 rows, however many rows there are: there is never a matrix of all pairs.
 *
 * @param embeddings `[queries, dimensions]`
 * @throws {RangeError} for numbers that are not finite, shapes that do not fit, k outside 1 … rows that can be found, more rows than fit into the 4 GiB of WebAssembly
 */
export function nearestNeighbours(embeddings: ToHostInput, { k, gallery, normalize = true, onProgress }: NearestOptions): Nearest {
  const { most, ...sides } = readSides('nearestNeighbours', embeddings, gallery, normalize);
  checkNeighbours('nearestNeighbours', 'k', k, most);
  const { rows } = sides.queries ?? sides.gallery;
  const { arrays, onQuery } = collectNearest({ ...sides, k }, 0, rows);
  forEachQuery({ ...sides, k }, onQuery, onProgress);
  return nearestOf(arrays, rows, k);
}
