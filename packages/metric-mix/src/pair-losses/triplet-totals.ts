import { attachGradient, detach, type Scalar } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { gapsCount, type TripletGaps } from '../miners/triplet-margin-miner.ts';
import { FAR, float, inAnchorBlocks } from './triplet-options.ts';

export interface TripletProblem {
  readonly margin: number;
  readonly swap: boolean;
  readonly smooth: boolean;
  readonly mine: TripletGaps | undefined;
  /** Whether each anchor's sum is divided by the number of its triplets. */
  readonly perAnchor: boolean;
}

// a type, as `tf.tidy` returns no interfaces
export type TripletTotals = {
  /** Sum of the terms, with gradient. */
  readonly sum: Scalar;
  /** How many of them are > 0. */
  readonly active: Scalar;
  /** How many triplets count. */
  readonly triplets: Scalar;
  /** How many anchors have any. */
  readonly anchors: Scalar;
};

interface Block {
  /** [rows, positives, negatives] d_ap − d_an + m; about −FAR or less where the triplet does not count by its pairs */
  readonly violations: tf.Tensor;
  /** bool of the same shape: with `swap`, where d_an is not larger than d_pn */
  readonly own?: tf.Tensor;
  /** float32 of the same shape: 1 where the miner takes the triplet */
  readonly mined?: tf.Tensor;
  /** [rows] triplets of each anchor */
  readonly counts: tf.Tensor;
  /** [rows, 1, 1], or 1: what the terms of an anchor are multiplied by */
  readonly share: tf.Tensor | number;
}

/** Rows of the anchors of a block, [rows, examples]. */
const rowsOf = (x: tf.Tensor, start: number, rows: number): tf.Tensor => tf.slice(x, [start, 0], [rows, x.shape[1]!]);

/** What lies below the rows of the anchors with `swap`, [1, examples, examples]. */
const amongExamples = (stacked: tf.Tensor, anchors: number): tf.Tensor => tf.expandDims(tf.slice(stacked, [anchors, 0], [stacked.shape[1]!, stacked.shape[1]!]), 0);

/** Distances [anchors, examples], below which with `swap` lie those among the examples, [examples, examples]. */
function blockOf(stacked: tf.Tensor, positive: tf.Tensor, negative: tf.Tensor, { margin, swap, mine, perAnchor }: TripletProblem, start: number, rows: number): Block {
  const [d, p, n] = [rowsOf(stacked, start, rows), rowsOf(positive, start, rows), rowsOf(negative, start, rows)];
  const toPositives = tf.expandDims(tf.where(p, d, tf.fill(d.shape, -FAR)), 2);
  const toNegatives = tf.expandDims(tf.where(n, d, tf.fill(d.shape, FAR)), 1);
  const among = swap ? amongExamples(stacked, positive.shape[0]) : undefined;
  const own = among && tf.lessEqual(tf.expandDims(d, 1), among);
  const apart = among && own ? tf.where(tf.logicalAnd(tf.expandDims(n, 1), tf.logicalNot(own)), among, toNegatives) : toNegatives;
  const mined = mine && float(tf.logicalAnd(gapsCount(detach(tf.sub(tf.expandDims(d, 1), tf.expandDims(d, 2))), mine), tf.logicalAnd(tf.expandDims(p, 2), tf.expandDims(n, 1))));
  const counts = mined ? tf.sum(mined, [1, 2]) : tf.mul(tf.sum(float(p), 1), tf.sum(float(n), 1));
  const share = perAnchor ? tf.reshape(tf.div(1, tf.maximum(counts, 1)), [rows, 1, 1]) : 1;
  return { violations: tf.add(tf.sub(toPositives, apart), margin), counts, share, ...(own && { own }), ...(mined && { mined }) };
}

/** Terms or slopes of the triplets, as they count. */
const counted = (x: tf.Tensor, { mined, share }: Block): tf.Tensor => {
  const kept = mined ? tf.mul(x, mined) : x;
  return share === 1 ? kept : tf.mul(kept, share);
};

/** How the violations of a block change along a change of the stacked distances. */
function along(change: tf.Tensor, { own }: Block, anchors: number, start: number, rows: number): tf.Tensor {
  const d = rowsOf(change, start, rows);
  const apart = own ? tf.where(own, tf.tile(tf.expandDims(d, 1), [1, d.shape[1]!, 1]), amongExamples(change, anchors)) : tf.expandDims(d, 1);
  return tf.sub(tf.expandDims(d, 2), apart);
}

// a type, as `tf.tidy` returns no interfaces
type Pulled = {
  /** [rows, examples] */
  readonly ofAnchors: tf.Tensor;
  /** [examples, examples]: with `swap` */
  readonly ofExamples?: tf.Tensor;
};

/** The transpose of `along`. */
function pulled(weights: tf.Tensor, { own }: Block): Pulled {
  const toPositives = tf.sum(weights, 2);
  if (!own) return { ofAnchors: tf.sub(toPositives, tf.sum(weights, 1)) };
  const kept = tf.where(own, weights, tf.zerosLike(weights));
  return { ofAnchors: tf.sub(toPositives, tf.sum(kept, 1)), ofExamples: tf.sum(tf.sub(kept, weights), 0) };
}

/** The pieces of all blocks, of the shape of the stacked distances. */
function stackedAgain(pieces: readonly Pulled[]): tf.Tensor {
  const among = pieces.flatMap(({ ofExamples }) => (ofExamples ? [ofExamples] : []));
  return tf.concat([...pieces.map(({ ofAnchors }) => ofAnchors), ...(among.length > 0 ? [tf.addN(among)] : [])], 0);
}

/**
 * Small tensors that come of large ones, as slices of one. A runtime that works from output to output would compute the first of them for all blocks, and keep what the others need: all triplets at once.
 */
function together<T extends Readonly<Record<string, tf.Tensor>>>(parts: T): T {
  const names = Object.keys(parts);
  const whole: tf.Tensor = tf.concat(names.map((name) => tf.reshape(parts[name]!, [-1])), 0);
  const pieces = tf.split(whole, names.map((name) => parts[name]!.size), 0);
  return Object.fromEntries(names.map((name, i) => [name, tf.reshape(pieces[i]!, parts[name]!.shape)])) as T;
}

type Pullback = (dy: tf.Tensor, x: tf.Tensor, constants: readonly tf.Tensor[]) => tf.Tensor;

/**
 * Sums over all triplets, block by block of anchors. The gradient by the distances is summed up forward too, from the blocks that are there anyway: none is kept, and none is computed twice.
 * (Second derivatives, where there are any, compute them again.)
 *
 * @param distances [anchors, examples]
 * @param among [examples, examples]: with `swap`
 * @param positive bool [anchors, examples]
 * @param negative bool [anchors, examples]
 */
export function tripletTotals(distances: tf.Tensor, among: tf.Tensor | undefined, positive: tf.Tensor, negative: tf.Tensor, problem: TripletProblem): TripletTotals {
  const { smooth } = problem;
  const [anchors, examples] = positive.shape as [number, number];
  const each = <T extends tf.TensorContainer>(visit: (start: number, rows: number) => T): T[] => inAnchorBlocks(anchors, examples ** 2, visit);
  return tf.tidy(() => {
    const stacked = among ? tf.concat([distances, among], 0) : distances;
    const still = detach(stacked);
    const blocks = each((start, rows) => {
      const block = blockOf(still, positive, negative, problem, start, rows);
      const slopes = smooth ? tf.sigmoid(block.violations) : tf.step(block.violations);
      return together({
        ...pulled(counted(slopes, block), block),
        sum: tf.sum(counted(smooth ? tf.softplus(block.violations) : tf.relu(block.violations), block)),
        counts: block.counts,
        active: smooth ? tf.sum(block.counts) : tf.sum(counted(slopes, { ...block, share: 1 })),
      });
    });
    const counts = tf.concat(blocks.map((block) => block.counts), 0);
    /** Second derivatives of relu are 0. */
    const ofSlopes: Pullback = (dy, saved, [p, n]) => (smooth ? stackedAgain(each((start, rows) => {
      const block = blockOf(saved, p!, n!, problem, start, rows);
      const sigma = tf.sigmoid(block.violations);
      return pulled(tf.mul(counted(tf.mul(sigma, tf.sub(1, sigma)), block), along(dy, block, anchors, start, rows)), block);
    })) : tf.zerosLike(saved));
    const ofSum: Pullback = (dy, saved, [slopes, ...masks]) => tf.mul(dy, attachGradient(saved, slopes!, ofSlopes, masks));
    return {
      sum: attachGradient(stacked, tf.addN(blocks.map((block) => block.sum)) as Scalar, ofSum, [stackedAgain(blocks), positive, negative]),
      active: tf.addN(blocks.map((block) => block.active)) as Scalar,
      triplets: tf.sum<Scalar>(counts),
      anchors: tf.sum<Scalar>(float(tf.greater(counts, 0))),
    };
  });
}
