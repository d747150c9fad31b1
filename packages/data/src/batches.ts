import { hostTensor, permutation, type HostTensor, type Rng } from '@mixwell/tensor';
import { sampleCount, type Dataset } from './dataset.ts';
import { gatherNormalized, type Normalization } from './normalize.ts';

export interface BatchOptions extends Normalization {
  /** Samples per batch, ≥ 1. A size above the number of samples gives one short batch. */
  readonly size: number;
  /** The samples to use (a part made by `split`). Default: all. */
  readonly indices?: ArrayLike<number>;
  /** Where the order of the samples comes from: `rng.split(epoch)`. It is not advanced. Needed for `shuffle`. */
  readonly rng?: Rng;
  /** A new order in each epoch. Default: true where an rng is given, else false. */
  readonly shuffle?: boolean;
  /** Which epoch, counted from 0: chooses the order. Default 0. */
  readonly epoch?: number;
  /** Leave out a last batch that is not full. Default false. */
  readonly dropLast?: boolean;
  /** Begin at this batch, to resume in the middle of an epoch. Default 0. */
  readonly start?: number;
}

/** One batch, ready for a training step. */
export interface Batch {
  /** [size, …], normalised */
  readonly images: HostTensor<'float32'>;
  /** [size] */
  readonly labels: HostTensor<'int32'>;
  /** Where the samples are in the data set, [size]. */
  readonly indices: Int32Array;
}

/** The batches of one epoch: can be iterated any number of times, always with the same result. */
export interface Batches extends Iterable<Batch> {
  /** Number of batches that come, from `start` on. */
  readonly length: number;
}

function selection(n: number, indices: ArrayLike<number> | undefined): Int32Array {
  if (!indices) return Int32Array.from({ length: n }, (_, i) => i);
  const bad = Array.prototype.findIndex.call(indices, (index: number) => !Number.isInteger(index) || index < 0 || index >= n);
  if (bad !== -1) throw new RangeError(`batches: indices[${bad}] must be a whole number in [0, ${n}), got ${indices[bad]}`);
  return Int32Array.from(indices);
}

function orderOf(n: number, { indices, rng, shuffle = rng !== undefined, epoch = 0 }: BatchOptions): Int32Array {
  const chosen = selection(n, indices);
  if (!Number.isInteger(epoch) || epoch < 0) throw new RangeError(`batches: epoch must be a whole number >= 0, got ${epoch}`);
  if (!shuffle) return chosen;
  if (!rng) throw new TypeError('batches: shuffle needs an rng');
  return permutation(rng.split(epoch), chosen.length).map((position) => chosen[position]!);
}

/**
 * The batches of one epoch over a data set in memory. Order and contents depend on the arguments alone, so an epoch can be repeated, and
 * resumed at any batch with `start`.
 *
 * @throws {RangeError} for a size that is no whole number ≥ 1, indices outside of the data set, a normalisation that does not fit the
 * channels, `dropLast` where no full batch exists; while iterating, for float images that are not finite, with the place
 * @throws {TypeError} for `shuffle` without an rng
 */
export function batches(dataset: Dataset, options: BatchOptions): Batches {
  const { size, dropLast = false, start = 0 } = options;
  const n = sampleCount('batches', dataset);
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`batches: size must be a whole number >= 1, got ${size}`);
  const order = orderOf(n, options);
  const count = dropLast ? Math.floor(order.length / size) : Math.ceil(order.length / size);
  if (count === 0) throw new RangeError(`batches: there must be at least one ${dropLast ? `full batch of ${size}` : 'sample'}, got ${order.length} samples`);
  if (!Number.isInteger(start) || start < 0 || start > count) throw new RangeError(`batches: start must be a whole number in [0, ${count}], got ${start}`);
  const gather = gatherNormalized('batches', dataset.images, options);
  const labelData = dataset.labels.data;

  return {
    length: count - start,
    *[Symbol.iterator](): Generator<Batch> {
      for (let batch = start; batch < count; batch++) {
        const indices = order.slice(batch * size, (batch + 1) * size);
        yield { images: gather(indices), labels: hostTensor('int32', [indices.length], indices.map((i) => labelData[i]!)), indices };
      }
    },
  };
}
