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
  readonly objective: Objective<MixedBatch>;
}

/** Parameter of the Beta distribution of λ. */
const ALPHA = 2;

/** What is compared: cross entropy without mixing, mixup, and the terms of RankMixup with the published weight of 0.1 and with 1. */
export function waysOf(model: Model): Readonly<Record<'CE' | 'mixup' | 'MRL, weight 0.1' | 'MRL, weight 1' | 'M-NDCG, weight 0.1' | 'M-NDCG, weight 1', Way>> {
  const run = (vars: Parameters<Way['objective']>[0], x: tf.Tensor): tf.Tensor => model.run(vars, x, { mode: 'train' }).y;
  const plain: Way = { policy: noMixing, objective: (vars, { images, labels }) => ({ loss: crossEntropy(run(vars, images), labels) }) };
  const mixed: Way = {
    policy: mixup(),
    objective: (vars, { images, labels, mix }) => ({ loss: softCrossEntropy(run(vars, applyMix(mix, images)), mixTargets(mix, tf.oneHot(labels, model.classes, 1, 0, 'float32'))) }),
  };
  // two passes: raw samples, then their mixed copies, which have no cross entropy of their own
  const ranked = (copies: number, weight: number, term: typeof mixupNdcg<'mean'>): Way => ({
    policy: rounds(mixup({ alpha: ALPHA }), copies),
    objective: (vars, { images, labels, mix }) => {
      const raw = run(vars, images);
      const order = term(raw, labels, run(vars, applyMix(mix, images)), sourceLabels(mix, labels, 1), firstShare(mix));
      return { loss: tf.add(crossEntropy(raw, labels), tf.mul(weight, order)) };
    },
  });
  const mrl = (weight: number): Way => ranked(1, weight, (z, labels, mixedZ, partners) => mixupRanking(z, labels, mixedZ, partners));
  const ndcg = (weight: number): Way => ranked(3, weight, mixupNdcg);
  return { 'CE': plain, 'mixup': mixed, 'MRL, weight 0.1': mrl(0.1), 'MRL, weight 1': mrl(1), 'M-NDCG, weight 0.1': ndcg(0.1), 'M-NDCG, weight 1': ndcg(1) };
}
