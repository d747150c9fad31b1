import type { Rows } from '../rows/read-rows.ts';
import { squaredNorms } from '../rows/row-norms.ts';
import { type NeighbourKernel, neighbourKernel } from './neighbour-kernel.ts';
import { packedBytes, packRows, PANEL, panelBytes, productError, roundUp, STEPS } from './quantise.ts';
import { rank } from './rank.ts';
import { selectKth } from './select-kth.ts';

/** Rows of products computed at a time, and columns. They lie in the fastest caches. */
export const BLOCK = 64;
const CHUNK = 256;
const LOWEST = -(2 ** 31);

export interface SearchInput {
  /** null: each row of the gallery is a query, and is not among its own neighbours. */
  readonly queries: Rows | null;
  readonly gallery: Rows;
  /** Neighbours of each query, at least. */
  readonly k: number;
  /** Queries whose neighbours are looked for at a time: all, or `BLOCK`. */
  readonly lists: number;
}

/** A list of candidates as it passes between threads: pairs of a product in steps and a row. */
export type Candidates = Int32Array;

/** The k nearest rows of a query, nearest first; holds until the next is asked for. */
export interface Ranked {
  readonly ids: Int32Array;
  /** ⟨a, b⟩ − ‖b‖² / 2: the larger the nearer. */
  readonly keys: Float64Array;
}

export interface Search {
  /** Fills the lists of queries start, …, start + BLOCK − 1, which become lists 0, 1, … */
  readonly scan: (start: number) => void;
  /** The same for rows that are queries and gallery at once, where each has its list: pairs of the rows of a block with one another and with those behind, once for both. */
  readonly scanPairs: (start: number) => void;
  readonly candidates: (list: number) => Candidates;
  /** Adds candidates that another search over other pairs found. */
  readonly add: (list: number, candidates: Candidates) => void;
  readonly finish: (list: number, query: number) => Ranked;
  /** The keys of rows of the gallery for a query. */
  readonly keysOf: (query: number, ids: ArrayLike<number>) => Float64Array;
}

/** Entries of a list: k and as many again, and some, before those that cannot be among the nearest are left out; no more than there are rows. */
export const listCapacity = (k: number, gallery: number): number => Math.min(2 * k + 128, gallery + 1);

/** Where things lie in the kernel's memory. */
function layout({ queries, gallery, k, lists }: SearchInput) {
  let end = 64;
  const take = (bytes: number): number => {
    const at = end;
    end = roundUp(end + bytes, 64);
    return at;
  };
  const capacity = listCapacity(k, gallery.rows);
  const columns = roundUp(gallery.columns, 8);
  const padded = roundUp(gallery.rows, BLOCK);
  const listRows = roundUp(lists, BLOCK);
  const galleryAt = take(packedBytes({ rows: padded, columns }));
  const places = {
    gallery: galleryAt,
    queries: queries ? take(packedBytes({ rows: roundUp(queries.rows, BLOCK), columns })) : galleryAt,
    rows: take(4 * columns * gallery.rows),
    query: take(8 * columns),
    exact: take(8 * capacity),
    entry: take(8 * capacity),
    products: take(4 * BLOCK * CHUNK),
    thresholds: take(4 * listRows),
    counts: take(4 * listRows),
    offsets: take(4 * padded),
    lists: take(8 * capacity * lists),
  };
  return { ...places, capacity, columns, padded, listRows, bytes: end };
}

/** Rows of float32 with columns of zeros behind, so that each has a multiple of eight. */
function copyPadded({ rows, columns, values }: Rows, to: Float32Array, padded: number): void {
  for (let r = 0; r < rows; r++) to.set(values.subarray(r * columns, (r + 1) * columns), r * padded);
}

/**
 * Exact search for the nearest rows, in two stages. Rows become whole numbers of 16 bits, whose products are exact, twice as fast as those of float32, and at most a known distance from the
 * true ones: a list keeps every row that may be among the nearest. Those of the lists are then ordered by products in float64 of the float32 rows, so that the result is that of float64, with
 * ties in the order of rows.
 */
export function createSearch(input: SearchInput): Search {
  const { queries, gallery, k } = input;
  const at = layout(input);
  const { capacity, columns, padded } = at;
  const source = queries ?? gallery;
  const { kernel, buffer }: { kernel: NeighbourKernel; buffer: ArrayBuffer } = neighbourKernel(at.bytes, makeRoom);
  const panel = panelBytes(columns);

  const squares = squaredNorms(gallery);
  const querySquares = queries ? squaredNorms(queries) : squares;
  const longest = Math.sqrt([squares, querySquares].reduce((most, one) => one.reduce((a, b) => Math.max(a, b), most), 0)) || 1;
  // keys are ⟨query, row⟩ − ‖row‖² / 2; 1 is so many whole numbers
  const halves = squares.map((square) => square / 2);
  const steps = (STEPS / longest) ** 2;
  const pack = (rows: Rows, to: number): number => packRows(rows, STEPS / longest, new Int16Array(buffer, to, packedBytes({ rows: roundUp(rows.rows, BLOCK), columns }) / 2));
  const residual = Math.max(pack(gallery, at.gallery), queries ? pack(queries, at.queries) : 0);
  const error = Math.ceil(productError(residual)) + 1;
  copyPadded(gallery, new Float32Array(buffer, at.rows, gallery.rows * columns), columns);

  const thresholds = new Int32Array(buffer, at.thresholds, at.listRows);
  const counts = new Int32Array(buffer, at.counts, at.listRows);
  const entries = new Int32Array(buffer, at.lists, 2 * capacity * input.lists);
  new Int32Array(buffer, at.offsets, padded).set(halves.map((half) => Math.round(half * steps)));
  thresholds.fill(LOWEST);
  kernel.place(at.thresholds, at.counts, at.lists, capacity, at.offsets, gallery.rows);

  const query = new Float64Array(buffer, at.query, columns);
  const exact = new Float64Array(buffer, at.exact, capacity);
  const single = new Int32Array(buffer, at.entry, 2 * capacity);
  const keys = new Float64Array(capacity);
  const ids = new Int32Array(capacity);
  const scores = new Int32Array(capacity);
  let firstQuery = 0; // the query of list 0

  function loadQuery(number: number): void {
    const base = number * source.columns;
    for (let c = 0; c < source.columns; c++) query[c] = source.values[base + c]!;
  }

  /** Keys of `count` entries of an array of them at an address. */
  function exactKeys(address: number, list: Int32Array, count: number): void {
    if (count === 0) return;
    kernel.dots(at.query, at.rows, 4 * columns, address, address + 8 * count, at.exact);
    for (let i = 0; i < count; i++) {
      const id = list[2 * i + 1]!;
      ids[i] = id;
      keys[i] = exact[i]! - halves[id]!;
    }
  }

  const entriesOf = (list: number): Int32Array => entries.subarray(2 * capacity * list, 2 * (capacity * list + counts[list]!));

  function rankList(list: number, number: number): void {
    loadQuery(number);
    exactKeys(at.lists + 8 * capacity * list, entriesOf(list), counts[list]!);
    rank(keys, ids, 0, counts[list]! - 1);
  }

  /** Leaves out entries that are too far from the k-th largest to be among the k nearest. */
  function dropFar(list: number): void {
    const all = entriesOf(list);
    const count = counts[list]!;
    for (let i = 0; i < count; i++) scores[i] = all[2 * i]!;
    const threshold = Math.max(thresholds[list]!, selectKth(scores, count, k) - 2 * error);
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (all[2 * i]! < threshold) continue;
      all[2 * kept] = all[2 * i]!;
      all[2 * kept++ + 1] = all[2 * i + 1]!;
    }
    thresholds[list] = threshold;
    counts[list] = kept;
  }

  /** Leaves the k nearest: for lists with so many rows nearly as near as the k-th that their whole numbers cannot tell. */
  function keepNearest(list: number): void {
    rankList(list, firstQuery + list);
    const nearest = new Set(ids.subarray(0, k));
    const all = entriesOf(list);
    let kept = 0;
    for (let i = 0; i < counts[list]!; i++) {
      if (!nearest.has(all[2 * i + 1]!)) continue;
      all[2 * kept] = all[2 * i]!;
      all[2 * kept++ + 1] = all[2 * i + 1]!;
    }
    thresholds[list] = Math.max(thresholds[list]!, Math.floor(keys[k - 1]! * steps) - error);
    counts[list] = kept;
  }

  function makeRoom(list: number): void {
    dropFar(list);
    if (counts[list]! > (k + 3 * capacity) / 4) keepNearest(list);
  }

  const panelAt = (base: number, row: number): number => base + (row / PANEL) * panel;

  /** Rows start … of the queries with `from` … `to` of the gallery; a callback takes each row of products. */
  function products(start: number, end: number, from: number, to: number, take: (row: number, address: number, addressEnd: number, id: number) => void): void {
    for (let id = from; id < to; id += CHUNK) {
      const idEnd = Math.min(id + CHUNK, to);
      kernel.products(panelAt(at.queries, start), panelAt(at.queries, roundUp(end, PANEL)), panelAt(at.gallery, id), panelAt(at.gallery, idEnd), panel, at.products, 4 * CHUNK);
      for (let row = start; row < end; row++) {
        const address = at.products + 4 * CHUNK * (row - start);
        take(row, address, address + 4 * (idEnd - id), id);
      }
    }
  }

  const galleryEnd = roundUp(gallery.rows, PANEL);

  return {
    scan(start) {
      const end = Math.min(start + BLOCK, source.rows);
      firstQuery = start;
      counts.fill(0);
      thresholds.fill(LOWEST);
      products(start, end, 0, galleryEnd, (row, address, addressEnd, id) => kernel.collect(address, addressEnd, row - start, queries ? -1 : row, id, 0));
    },
    scanPairs(start) {
      const end = Math.min(start + BLOCK, gallery.rows);
      const endPadded = roundUp(end, PANEL);
      products(start, end, start, endPadded, (row, address, addressEnd, id) => kernel.collect(address, addressEnd, row, row, id, 0));
      products(start, end, endPadded, galleryEnd, (row, address, addressEnd, id) => kernel.collect(address, addressEnd, row, row, id, 1));
    },
    candidates: (list) => entriesOf(list).slice(),
    add(list, candidates) {
      for (let i = 0; i < candidates.length; i += 2) {
        if (candidates[i]! < thresholds[list]!) continue;
        const place = 2 * (capacity * list + counts[list]!++);
        entries[place] = candidates[i]!;
        entries[place + 1] = candidates[i + 1]!;
        if (counts[list] === capacity) makeRoom(list);
      }
    },
    finish(list, number) {
      dropFar(list);
      rankList(list, number);
      return { ids: ids.subarray(0, k), keys: keys.subarray(0, k) };
    },
    keysOf(number, wanted) {
      loadQuery(number);
      const found = new Float64Array(wanted.length);
      for (let start = 0; start < wanted.length; start += capacity) {
        const count = Math.min(capacity, wanted.length - start);
        for (let i = 0; i < count; i++) single[2 * i + 1] = wanted[start + i]!;
        exactKeys(at.entry, single, count);
        found.set(keys.subarray(0, count), start);
      }
      return found;
    },
  };
}
