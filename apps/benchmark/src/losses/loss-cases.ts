import * as losses from '@mixwell/losses';
import * as tf from '@tensorflow/tfjs-core';
import type { LossInputs } from './loss-inputs.ts';

/** Losses by the names that python/losses.py knows them by. Those of mixed copies read `mixed` too. */
export const lossCases: Readonly<Record<string, (inputs: LossInputs) => tf.Scalar>> = {
  'cross-entropy': ({ logits, a }) => losses.crossEntropy(logits, a),
  'label-smoothing': ({ logits, a }) => losses.crossEntropy(logits, a, { labelSmoothing: 0.1 }),
  'soft-cross-entropy': ({ logits, targets }) => losses.softCrossEntropy(logits, targets),
  'mixup-cross-entropy': ({ logits, a, b, lambda }) => losses.mixupCrossEntropy(logits, a, b, lambda),
  'binary-cross-entropy': ({ logits, targets }) => losses.binaryCrossEntropy(logits, targets),
  'brier': ({ logits, a }) => losses.brierLoss(logits, a),
  'focal': ({ logits, a }) => losses.focalLoss(logits, a),
  'flsd': ({ logits, a }) => losses.flsdLoss(logits, a),
  'adafocal': ({ logits, a, edges, gammas }) => losses.adaFocalLoss(logits, a, { edges, gammas }),
  'entropy-penalty': ({ logits, a }) => losses.entropyPenaltyLoss(logits, a),
  'l1-uniform': ({ logits, a }) => losses.l1UniformLoss(logits, a),
  'mbls': ({ logits, a }) => losses.mblsLoss(logits, a, { margin: 1 }),
  'mmce': ({ logits, a }) => losses.mmceLoss(logits, a),
  'mmce-weighted': ({ logits, a }) => losses.weightedMmceLoss(logits, a),
  'mdca': ({ logits, a }) => losses.mdcaLoss(logits, a),
  'crl': ({ logits, a, shares }) => tf.add(losses.crossEntropy(logits, a), losses.correctnessRanking(logits, shares)),
  'mixup-focal': ({ logits, a, b, lambda }) => losses.mixupFocalLoss(logits, a, b, lambda),
  'dm-ce': ({ logits, a, b, lambda }) => losses.decoupledMixupLoss(logits, a, b, lambda, { rescale: { mode: 'pow' } }),
  'dm-ce-k-way': ({ logits, a, b, c }) => losses.decoupledKMixLoss(logits, tf.stack([a, b, c], 1), tf.tensor1d([0.5, 0.3, 0.2])),
  'dm-bce': ({ logits, a, b, lambda }) => losses.decoupledBinaryCrossEntropy(logits, a, b, lambda, { rescale: { mode: 'pow', threshold: 0.8 } }),
  'dm-asymmetric': ({ logits, a, b, lambda, shares }) => losses.asymmetricMixupLoss(logits, a, b, lambda, shares),
  'mrl': ({ logits, mixed, a, partners }) => tf.add(losses.crossEntropy(logits, a), tf.mul(0.1, losses.mixupRanking(logits, a, mixed, partners))),
  'm-ndcg': ({ logits, mixed, a, partners, lambdas }) => tf.add(losses.crossEntropy(logits, a), tf.mul(0.1, losses.mixupNdcg(logits, a, mixed, partners, lambdas))),
};

/** Losses that are differentiated by logits of mixed copies as well. */
export const ofMixedCopies: readonly string[] = ['mrl', 'm-ndcg'];
