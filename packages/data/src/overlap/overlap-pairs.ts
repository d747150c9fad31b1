import { hostTensor, type HostTensor, integer, normal, type Rng, uniform } from '@mixwell/tensor';
import type { Dataset } from '../dataset.ts';
import { checkCount, checkShare, checkSize } from './check.ts';

export interface OverlapPairsOptions {
  /** Samples, ≥ 1. */
  readonly n: number;
  /** Even, ≥ 2. */
  readonly classes: number;
  /** Probability, in [0, 1], that a sample lies where its class cannot be told from the other of its pair. */
  readonly overlap: number;
  /** Coordinates of a sample, ≥ 1. Default 64. */
  readonly dim?: number;
  /** Standard deviation of the centres in each coordinate, > 0. Default 0.6. */
  readonly spread?: number;
  /** Standard deviation of samples about their centre in each coordinate, > 0. Default 0.5. */
  readonly std?: number;
  readonly rng: Rng;
  /** float32 [1.5 · classes, dim]: the private centre of each class, then the shared one of each pair. Default: drawn. A test set needs those of the training set. */
  readonly centres?: HostTensor<'float32'>;
}

export interface OverlapPairsData extends Dataset {
  /** [n, dim] */
  readonly images: HostTensor<'float32'>;
  /** [n]: 1 where the sample lies about the shared centre of its pair. */
  readonly shared: Uint8Array;
  /** [1.5 · classes, dim] */
  readonly centres: HostTensor<'float32'>;
}

function check({ n, classes, overlap, centres }: OverlapPairsOptions, { dim, spread, std }: Readonly<Record<'dim' | 'spread' | 'std', number>>): void {
  const caller = 'overlapPairs';
  checkCount(caller, 'n', n);
  checkCount(caller, 'dim', dim);
  if (!Number.isInteger(classes) || classes < 2 || classes % 2 !== 0) throw new RangeError(`${caller}: classes must be an even number >= 2, got ${classes}`);
  checkShare(caller, 'overlap', overlap);
  checkSize(caller, 'spread', spread);
  checkSize(caller, 'std', std);
  const shape = [1.5 * classes, dim].join(', ');
  if (centres && centres.shape.join(', ') !== shape) throw new RangeError(`${caller}: centres must have shape [${shape}], got [${centres.shape.join(', ')}]`);
}

/**
 * Pairs of classes of which a share of the samples cannot be told apart: classes 2j and 2j + 1 share a centre beside their own. A label is drawn uniformly; with probability `overlap` the
 * sample lies about the shared centre, else about that of its class. No classifier reaches an NLL below about overlap · log 2. Advances the generator.
 *
 * After Chidambaram, Ge, "On the Limitations of Temperature Scaling for Distributions with Overlaps", ICLR 2024, arXiv 2306.00740.
 *
 * @throws {RangeError} for options out of range
 */
export function overlapPairs(options: OverlapPairsOptions): OverlapPairsData {
  const { n, classes, overlap, dim = 64, spread = 0.6, std = 0.5, rng } = options;
  check(options, { dim, spread, std });
  const size = 1.5 * classes * dim;
  const centres = options.centres ?? hostTensor('float32', [1.5 * classes, dim], Float32Array.from({ length: size }, () => spread * normal(rng)));
  const [labels, shared, images] = [new Int32Array(n), new Uint8Array(n), new Float32Array(n * dim)];
  for (let i = 0; i < n; i++) {
    labels[i] = integer(rng, 0, classes);
    shared[i] = Number(uniform(rng) < overlap);
    const centre = shared[i] ? classes + (labels[i]! >> 1) : labels[i]!;
    for (let d = 0; d < dim; d++) images[i * dim + d] = centres.data[centre * dim + d]! + std * normal(rng);
  }
  return { images: hostTensor('float32', [n, dim], images), labels: hostTensor('int32', [n], labels), shared, centres };
}
