// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import '@mixwell/autodiff';
import { runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { accuracy, binaryCrossEntropy, crossEntropy, mixupAccuracy, mixupCrossEntropy, smoothTargets, softCrossEntropy, twoHotTargets } from '../index.ts';

type Loss = (logits: tf.Tensor) => tf.Tensor;

/** `loss_<name>` and `grad_<name>` of every loss. */
function lossesAndGradients(logits: tf.Tensor, losses: Readonly<Record<string, Loss>>): Record<string, Float32Array> {
  return Object.fromEntries(Object.entries(losses).flatMap(([name, loss]) => {
    const { value, grad } = tf.valueAndGrad(loss)(logits);
    return [[`loss_${name}`, value.dataSync<'float32'>()], [`grad_${name}`, grad.dataSync<'float32'>()]];
  }));
}

runGolden('mixing-policies', import.meta.url, {
  async mixup_losses({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const classes = params['num_classes'] as number;
    const [n] = inputs['labels_a'].shape as [number];
    const permuted = inputs['perm'].data.map((source: number) => inputs['labels_a'].data[source]) as Int32Array;
    const [a, b] = [tf.tensor1d(inputs['labels_a'].data, 'int32'), tf.tensor1d(permuted, 'int32')];
    const logits = tf.tensor(inputs['logits'].data, [n, classes]);
    const lambda = params['lam'] as number;
    const lambdas = tf.tensor(inputs['lam_vec'].data, [n]);
    const mixed = (share: number | tf.Tensor): tf.Tensor => tf.add(tf.mul(tf.oneHot(a, classes), share), tf.mul(tf.oneHot(b, classes), tf.sub(1, share)));
    const targets = mixed(lambda);
    const smoothing = params['label_smoothing'] as number;
    return {
      ...lossesAndGradients(logits, {
        two_term_ce: (z) => mixupCrossEntropy(z, a, b, lambda),
        soft_ce: (z) => softCrossEntropy(z, targets),
        soft_ce_per_sample: (z) => softCrossEntropy(z, mixed(tf.reshape(lambdas, [n, 1]))),
        two_term_ce_per_sample: (z) => mixupCrossEntropy(z, a, b, lambdas),
        bce_sum_over_classes_mean_over_batch: (z) => binaryCrossEntropy(z, targets, { over: 'sum' }),
        bce_mean_all: (z) => binaryCrossEntropy(z, targets),
        bce_two_hot_mean_all: (z) => binaryCrossEntropy(z, twoHotTargets(a, b, classes)),
        label_smooth_original: (z) => softCrossEntropy(z, targets, { labelSmoothing: smoothing }),
        label_smooth_classy_vision: (z) => softCrossEntropy(z, smoothTargets(targets, smoothing, 'classy_vision')),
        ce: (z) => crossEntropy(z, a),
      }),
      acc_mixup_percent: 100 * mixupAccuracy(logits, a, b, lambda).dataSync()[0]!,
      acc_top1_percent: 100 * accuracy(logits, a).dataSync()[0]!,
    };
  },
});
