import type { Dataset } from '@mixwell/data';
import { confidence, misalignedPairRate } from '@mixwell/losses';
import { applyPlan, mixup, rounds } from '@mixwell/mix-core';
import { type HostTensor, hostTensor, type Rng } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

type Images = Dataset & { readonly images: HostTensor<'float32'> };

/** Copies of each test image. */
const COPIES = 3;

/** Test images mixed with each other, to see how confidence goes with λ. */
export interface MixedTests {
  /** λ ~ Beta(2, 2), one round after the other. */
  readonly copies: Images;
  /** λ = 1/2. */
  readonly halves: Images;
  /** [1 + copies, n]: 1 for the raw images, then the larger share of each copy, or 1 where its partner is of its own class. */
  readonly relevance: HostTensor<'float32'>;
}

export function mixTests({ images, labels }: Images, rng: Rng): MixedTests {
  const rows = labels.data.length;
  const copies = rounds(mixup({ alpha: 2 }), COPIES)(rng.split('copies'), { rows });
  const halves = mixup({ lambda: 0.5 })(rng.split('halves'), { rows });
  const labelled = (mixed: HostTensor<'float32'>): Images => ({ images: mixed, labels: hostTensor('int32', [mixed.shape[0]!], new Int32Array(mixed.shape[0]!)) });
  const relevance = new Float32Array((1 + COPIES) * rows).fill(1);
  for (let row = 0; row < copies.rows; row++) {
    const [own, other] = [copies.sources[2 * row]!, copies.sources[2 * row + 1]!];
    if (labels.data[own] !== labels.data[other]) relevance[rows + row] = Math.max(copies.labelWeights[2 * row]!, copies.labelWeights[2 * row + 1]!);
  }
  return { copies: labelled(applyPlan(copies, images)), halves: labelled(applyPlan(halves, images)), relevance: hostTensor('float32', [1 + COPIES, rows], relevance) };
}

/** What is said of the order of confidences. */
export interface Ordering {
  /** Share of pairs of copies of an image of which the one that is more relevant has less confidence. */
  readonly misaligned: number;
  /** Mean confidence in raw images, less that in images mixed by halves. */
  readonly drop: number;
}

/** @param logits of the raw test images and of both kinds of mixed ones, [n, classes] each */
export function orderingOf(logits: Readonly<Record<'test' | 'copies' | 'halves', HostTensor<'float32'>>>, relevance: HostTensor<'float32'>): Ordering {
  return tf.tidy(() => {
    const [raw, copies, halves] = [logits.test, logits.copies, logits.halves].map((z) => confidence(toTf(z), { reduction: 'none' }));
    const misaligned = misalignedPairRate(tf.reshape(tf.concat([raw!, copies!]), [...relevance.shape]), toTf(relevance));
    return { misaligned: misaligned.dataSync()[0]!, drop: tf.sub(tf.mean(raw!), tf.mean(halves!)).dataSync()[0]! };
  });
}
