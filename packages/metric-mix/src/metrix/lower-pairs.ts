import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf, checkWhole } from '../check.ts';
import type { MixKind, MixPairs } from './mix-pairs.ts';

// a type, as compiled functions take no interfaces
/** Pairs as tensors: of every anchor the same number of places, of which some hold no pair, so that one compiled step serves every batch. */
export type LoweredPairs = {
  /** int32 [anchors, places] */
  readonly first: tf.Tensor2D;
  /** int32 [anchors, places] */
  readonly second: tf.Tensor2D;
  /** bool [anchors, places]: which places hold a pair. */
  readonly valid: tf.Tensor2D;
  /** float32 [2]: whether the first and the second of a pair are positives of the anchor, 1 or 0. */
  readonly relation: tf.Tensor1D;
};

export interface LowerPairsOptions {
  /** How many anchors there are. */
  readonly anchors: number;
  /** Places of each anchor. Default: as many as one of them has pairs, at least 1. */
  readonly perAnchor?: number;
}

const relations: Readonly<Record<MixKind, readonly [number, number]>> = {
  'positive-negative': [1, 0],
  'anchor-negative': [1, 0], // an anchor is its own positive
  'positive-positive': [1, 1],
  'negative-negative': [0, 0],
};

/** @throws {TypeError} for pairs that are not those of `lowerPairs` */
export function checkLowered(caller: string, pairs: LoweredPairs): void {
  const { valid, relation } = (pairs as LoweredPairs | undefined) ?? {} as Partial<LoweredPairs>;
  if (!valid || !relation) throw new TypeError(`${caller}: pairs must be what lowerPairs gives, got ${pairs ? 'something else' : 'none'}`);
}

/**
 * The tensors of pairs that were drawn on the host. Their shapes depend on the options alone. They belong to the caller (`tf.dispose`).
 *
 * @throws {RangeError} for an unknown kind, lists of several lengths, an anchor out of range, or one with more pairs than places (`maxPerAnchor` of `mixPairs`)
 */
export function lowerPairs({ kind, anchor, first, second }: MixPairs, { anchors, perAnchor }: LowerPairsOptions): LoweredPairs {
  checkWhole('lowerPairs', 'anchors', anchors);
  checkOneOf('lowerPairs', 'pairs.kind', kind, Object.keys(relations));
  if (first.length !== anchor.length || second.length !== anchor.length) throw new RangeError(`lowerPairs: pairs.first and pairs.second must have ${anchor.length} elements as pairs.anchor has, got ${first.length} and ${second.length}`);
  const counts = new Int32Array(anchors);
  const places = anchor.map((a) => {
    if (!(a >= 0 && a < anchors)) throw new RangeError(`lowerPairs: pairs.anchor must be in [0, ${anchors}), got ${a}`);
    return counts[a]!++;
  });
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const width = perAnchor ?? most;
  checkWhole('lowerPairs', 'perAnchor', width);
  if (most > width) throw new RangeError(`lowerPairs: perAnchor must be >= ${most}, the most pairs of one anchor, got ${width}`);
  const size = anchors * width;
  const [firsts, seconds, valid] = [new Int32Array(size), new Int32Array(size), new Uint8Array(size)];
  anchor.forEach((a, i) => {
    const at = a * width + places[i]!;
    [firsts[at], seconds[at], valid[at]] = [first[i]!, second[i]!, 1];
  });
  const shape: [number, number] = [anchors, width];
  return {
    first: tf.tensor2d(firsts, shape, 'int32'),
    second: tf.tensor2d(seconds, shape, 'int32'),
    valid: tf.tensor2d(valid, shape, 'bool'),
    relation: tf.tensor1d([...relations[kind]], 'float32'),
  };
}
