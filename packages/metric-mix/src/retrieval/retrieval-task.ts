import type { ToHostInput } from '@mixwell/tensor';
import { type Classes, numberClasses, readLabels } from '../rows/read-labels.ts';
import { checkNeighbours, readSides, type Sides } from './nearest-neighbours.ts';
import type { RetrievalOptions } from './retrieval-metrics.ts';

/** Labels of queries and gallery as the gallery's classes, and what R of each class is. */
export interface Task extends Sides {
  /** Class of each query; −1 where the gallery has none of it. */
  readonly queryClasses: Int32Array;
  readonly galleryClasses: Int32Array;
  /** R of each class. */
  readonly targets: readonly number[];
  /** Rows of each class. */
  readonly members: readonly (readonly number[])[];
  readonly k: number;
  readonly ks: readonly number[];
}

function membersOf({ of, counts }: Classes): number[][] {
  const members: number[][] = counts.map(() => []);
  of.forEach((label, row) => members[label]!.push(row));
  return members;
}

/** Reads what is to be measured. @throws {RangeError | TypeError} as `retrievalMetrics` does */
export function readTask(caller: string, embeddings: ToHostInput, labels: ToHostInput, { recallAt, gallery, normalize = true, fullRanking = false }: RetrievalOptions): Task {
  if (gallery && !('embeddings' in gallery && 'labels' in gallery)) throw new TypeError(`${caller}: gallery must be { embeddings, labels }, got an object without ${'embeddings' in gallery ? 'labels' : 'embeddings'}`);
  if (recallAt && !Array.isArray(recallAt)) throw new TypeError(`${caller}: recallAt must be a list of whole numbers, got ${String(recallAt)}`);
  const sides = readSides(caller, embeddings, gallery?.embeddings, normalize, 'gallery.embeddings');
  const { most } = sides;
  const own = readLabels(caller, 'labels', labels, (sides.queries ?? sides.gallery).rows);
  const classes = numberClasses(gallery ? readLabels(caller, 'gallery.labels', gallery.labels, sides.gallery.rows) : own);
  const queryClasses = gallery ? Int32Array.from(own, (label) => classes.numbers.get(label) ?? -1) : classes.of;
  const targets = classes.counts.map((count) => (gallery ? count : count - 1));
  for (const [i, k] of (recallAt ?? []).entries()) checkNeighbours(caller, `recallAt[${i}]`, k, most);
  const ks = recallAt ?? [1, 2, 4, 8].filter((k) => k <= most);
  const needed = queryClasses.reduce((k, label) => (label === -1 ? k : Math.max(k, targets[label]!)), 0);
  if (needed === 0) throw new RangeError(`${caller}: labels must have a class with another row to find, got none`);
  return { ...sides, queryClasses, galleryClasses: classes.of, targets, members: membersOf(classes), ks, k: fullRanking ? most : Math.max(needed, 1, ...ks) };
}
