import { hostTensor, type HostTensor, integer, type Rng, uniform } from '@mixwell/tensor';
import { checkShare } from './check.ts';

export interface PairLabelNoiseOptions {
  /** Number of classes, ≥ 2. */
  readonly classes: number;
  /** Probability, in [0, 1], that a label is replaced. */
  readonly rate: number;
  /** [classes]: what becomes of each class, another one. Default: drawn, each uniformly among the others. */
  readonly map?: ArrayLike<number>;
  readonly rng: Rng;
}

export interface PairLabelNoise {
  /** [n] */
  readonly labels: HostTensor<'int32'>;
  /** [classes]: give it on, so that a test set has the same noise. */
  readonly map: Int32Array;
}

function check({ data }: HostTensor<'int32'>, { classes, rate, map }: PairLabelNoiseOptions): void {
  const caller = 'pairLabelNoise';
  if (!Number.isInteger(classes) || classes < 2) throw new RangeError(`${caller}: classes must be a whole number >= 2, got ${classes}`);
  checkShare(caller, 'rate', rate);
  const bad = data.findIndex((label) => label < 0 || label >= classes);
  if (bad !== -1) throw new RangeError(`${caller}: labels[${bad}] must be in [0, ${classes}), got ${data[bad]}`);
  if (!map) return;
  if (map.length !== classes) throw new RangeError(`${caller}: map must hold ${classes} classes, got ${map.length}`);
  for (let c = 0; c < classes; c++) {
    const to = map[c]!;
    if (!Number.isInteger(to) || to < 0 || to >= classes || to === c) throw new RangeError(`${caller}: map[${c}] must be another class in [0, ${classes}), got ${to}`);
  }
}

/**
 * Labels of which a share is replaced, always by the same other class: overlap made by hand, for each class with one other. Test labels that stay clean follow another law than these: there a
 * network that is right about the noise is under-confident. Advances the generator.
 *
 * Chidambaram, Ge, "On the Limitations of Temperature Scaling for Distributions with Overlaps", ICLR 2024, arXiv 2306.00740.
 *
 * @param labels [n]
 * @throws {RangeError} for labels or options out of range
 */
export function pairLabelNoise(labels: HostTensor<'int32'>, options: PairLabelNoiseOptions): PairLabelNoise {
  check(labels, options);
  const { classes, rate, rng } = options;
  const map = options.map ? Int32Array.from(options.map) : Int32Array.from({ length: classes }, (_, c) => (c + 1 + integer(rng, 0, classes - 1)) % classes);
  return { labels: hostTensor('int32', labels.shape, labels.data.map((label) => (uniform(rng) < rate ? map[label]! : label))), map };
}
