import { crossEntropy, mixupNdcg, mixupRanking, softCrossEntropy } from '@mixwell/losses';
import { mixup, noMixing, type Policy, rounds } from '@mixwell/mix-core';
import { applyMix, mixTargets } from '@mixwell/mix-core/tf';
import type { Model } from '@mixwell/models';
import type { Objective } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import { firstShare, type MixedBatch, sourceLabels } from '../network-trainer.ts';

/** A way of training. */
export interface Way {
  readonly policy: Policy;
  readonly objective: (model: Model) => Objective<MixedBatch>;
}

/** Parameter of the Beta distribution of λ. */
const ALPHA = 2;

/** Cross entropy without mixing. */
const plain: Way = {
  policy: noMixing,
  objective: (model) => (vars, { images, labels }) => {
    const { y, buffers } = model.run(vars, images, { mode: 'train' });
    return { loss: crossEntropy(y, labels), buffers };
  },
};

const mixed: Way = {
  policy: mixup(),
  objective: (model) => (vars, { images, labels, mix }) => {
    const { y, buffers } = model.run(vars, applyMix(mix, images), { mode: 'train' });
    return { loss: softCrossEntropy(y, mixTargets(mix, tf.oneHot(labels, model.classes, 1, 0, 'float32'))), buffers };
  },
};

/** Cross entropy of raw samples, and a term for the order of them and their mixed copies, which have no cross entropy of their own. Two passes. */
const ranked = (copies: number, weight: number, term: typeof mixupNdcg<'mean'>): Way => ({
  policy: rounds(mixup({ alpha: ALPHA }), copies),
  objective: (model) => (vars, { images, labels, mix }) => {
    const raw = model.run(vars, images, { mode: 'train' });
    const { y, buffers } = model.run({ ...vars, buffers: raw.buffers }, applyMix(mix, images), { mode: 'train' });
    const order = term(raw.y, labels, y, sourceLabels(mix, labels, 1), firstShare(mix));
    return { loss: tf.add(crossEntropy(raw.y, labels), tf.mul(weight, order)), buffers };
  },
});

/** What is compared; the published weight of the terms is 0.1. */
export const ways = {
  'CE': plain,
  'mixup': mixed,
  'MRL, weight 1': ranked(1, 1, (z, labels, mixedZ, partners) => mixupRanking(z, labels, mixedZ, partners)),
  'M-NDCG, weight 0.1': ranked(3, 0.1, mixupNdcg),
  'M-NDCG, weight 1': ranked(3, 1, mixupNdcg),
} as const satisfies Readonly<Record<string, Way>>;
