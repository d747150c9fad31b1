// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import '@mixwell/autodiff';
import { type GoldenVector, runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import {
  adaFocalLoss, brierLoss, correctnessOf, correctnessRanking, crossEntropy, entropyPenaltyLoss, flsdGamma, flsdLoss, focalLoss, l1UniformLoss, mblsLoss, mdcaLoss, mixupDcgRatio, mixupNdcg, mixupRanking,
  mmceLoss, nextGammas, weightedMmceLoss,
} from '../index.ts';

type Inputs = GoldenVector['inputs'];
type Loss = (logits: tf.Tensor, labels: tf.Tensor) => tf.Scalar;

const floats = (inputs: Inputs, name: string): tf.Tensor => tf.tensor(Array.from(inputs[name]!.data, Number), [...inputs[name]!.shape]);
const integers = (inputs: Inputs, name: string): tf.Tensor1D => tf.tensor1d(Int32Array.from(inputs[name]!.data as ArrayLike<number>), 'int32');
const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>();

/** Parameters that a file may have, in its names: 'mbls_m6_a0.1'. */
const grid = [0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 3, 4, 5, 6, 8, 10];
const over = (loss: (parameter: number) => Readonly<Record<string, Loss>>): Record<string, Loss> => Object.assign({}, ...grid.map(loss)) as Record<string, Loss>;

const baselines: Readonly<Record<string, Loss>> = {
  ...over((a) => ({
    [`label_smoothing_a${a}`]: (z, y) => crossEntropy(z, y, { labelSmoothing: Math.min(a, 1) }),
    [`focal_g${a}`]: (z, y) => focalLoss(z, y, { gamma: a }),
    [`entropy_penalty_reference_a${a}`]: (z, y) => entropyPenaltyLoss(z, y, { weight: a, over: 'mean' }),
    [`entropy_penalty_a${a}`]: (z, y) => entropyPenaltyLoss(z, y, { weight: a }),
    [`l1_uniform_a${a}`]: (z, y) => l1UniformLoss(z, y, { weight: a }),
    [`mmce_reference_squared_l${a}`]: (z, y) => mmceLoss(z, y, { weight: a, squared: true }),
    [`mmce_l${a}`]: (z, y) => mmceLoss(z, y, { weight: a }),
    [`mmce_weighted_l${a}`]: (z, y) => weightedMmceLoss(z, y, { weight: a }),
    [`mdca_b${a}`]: (z, y) => mdcaLoss(z, y, { weight: a }),
    ...over((m) => ({ [`mbls_m${m}_a${a}`]: (z, y) => mblsLoss(z, y, { margin: m, weight: a }) })),
  })),
  flsd53: (z, y) => flsdLoss(z, y),
  flsd52: (z, y) => flsdLoss(z, y, { gamma: 2 }),
  brier: (z, y) => brierLoss(z, y),
};

function lossAndGradient(name: string, loss: Loss, logits: tf.Tensor, labels: tf.Tensor): [string, Float32Array][] {
  const { value, grad } = tf.valueAndGrad((z) => loss(z, labels))(logits);
  return [[name, read(value)], [`grad_${name}`, read(grad)]];
}

/** [n] the other class of each mixed target, or the sample's own. */
function partnersOf(inputs: Inputs): tf.Tensor1D {
  const labels = integers(inputs, 'labels').dataSync();
  const { shape, data } = inputs['mixed_labels']!;
  const [rows, classes] = shape as [number, number];
  const found = Array.from({ length: rows }, (_, i) => {
    const own = labels[i % labels.length]!;
    const row = Array.from({ length: classes }, (__, k) => (k === own ? 0 : Number(data[i * classes + k])));
    const other = row.indexOf(Math.max(...row));
    return row[other]! > 0 ? other : own;
  });
  return tf.tensor1d(found, 'int32');
}

/** Losses of a raw and a mixed batch: CE + alpha · rank, and its gradients. */
function ranked(inputs: Inputs, alpha: number, rank: (z: tf.Tensor, mixed: tf.Tensor) => tf.Tensor): Record<string, Float32Array> {
  const [logits, mixed, labels] = [floats(inputs, 'logits'), floats(inputs, 'mixed_logits'), integers(inputs, 'labels')];
  const loss = (z: tf.Tensor, zt: tf.Tensor): tf.Tensor => tf.add(crossEntropy(z, labels), tf.mul(rank(z, zt), alpha));
  const { value, grads } = tf.valueAndGrads((z: tf.Tensor, zt: tf.Tensor) => loss(z, zt) as tf.Scalar)([logits, mixed]);
  return { loss: read(value), loss_ce: read(crossEntropy(logits, labels)), loss_rank: read(rank(logits, mixed)), grad_logits: read(grads[0]!), grad_mixed_logits: read(grads[1]!) };
}

runGolden('rankmixup', import.meta.url, {
  async baseline_losses({ inputs }) {
    await tf.setBackend(plainBackEnd);
    const [logits, labels] = [floats(inputs, 'logits'), integers(inputs, 'labels')];
    return Object.fromEntries(Object.entries(baselines).flatMap(([name, loss]) => tf.tidy(() => lossAndGradient(name, loss, logits, labels))));
  },
  async mrl({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const [labels, partners] = [integers(inputs, 'labels'), partnersOf(inputs)];
    const options = { margin: params['margin'] as number, space: (params['space'] ?? 'logit') as 'logit' | 'probability' };
    const withMask = (maskMode: 'sample' | 'reference'): Record<string, Float32Array> =>
      ranked(inputs, params['alpha'] as number, (z, zt) => mixupRanking(z, labels, zt, partners, { ...options, maskMode }));
    const reference = withMask('reference');
    return { ...withMask('sample'), ...Object.fromEntries(Object.entries(reference).map(([name, value]) => [`reference_broadcast_${name}`, value])) };
  },
  async mndcg({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const labels = integers(inputs, 'labels');
    const partners = tf.gather(labels, integers(inputs, 'perms'));
    const lambdas = tf.tensor1d(params['lambda'] as number[]);
    return {
      ...ranked(inputs, params['alpha'] as number, (z, zt) => mixupNdcg(z, labels, zt, partners, lambdas)),
      dcg_over_idcg: read(mixupDcgRatio(floats(inputs, 'logits'), labels, floats(inputs, 'mixed_logits'), partners, lambdas)),
    };
  },
  async crl({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const [logits, labels] = [floats(inputs, 'logits'), integers(inputs, 'labels')];
    const history = { correct: Int32Array.from(inputs['correct_counts']!.data as ArrayLike<number>), epochs: params['maxCount'] as number };
    const c = correctnessOf(history, inputs['sample_ids']!.data as ArrayLike<number>);
    const ahead = c.map((value, i) => value - c[(i + 1) % c.length]!);
    const rank = (z: tf.Tensor): tf.Scalar => correctnessRanking(z, tf.tensor1d(c));
    const { value, grad } = tf.valueAndGrad((z) => tf.add<tf.Scalar>(crossEntropy(z, labels), tf.mul(rank(z), params['weight'] as number)))(logits);
    return { target: ahead.map(Math.sign), margin: ahead.map(Math.abs), loss_rank: read(rank(logits)), loss: read(value), grad_logits: read(grad) };
  },
  async flsd_gamma({ inputs }) {
    await tf.setBackend(plainBackEnd);
    const p = floats(inputs, 'p_true');
    return { gamma_flsd53: read(flsdGamma(p, 3)), gamma_flsd52: read(flsdGamma(p, 2)) };
  },
  async adafocal({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const bins = params['numBins'] as number;
    const rows = (name: string): number[][] => {
      const [count, width] = inputs[name]!.shape as [number, number];
      return Array.from({ length: count }, (_, i) => Array.from({ length: width }, (__, k) => Number(inputs[name]!.data[i * width + k])));
    };
    const options = { rate: params['lambda'], switchPoint: params['switchPoint'], gammaMax: params['gammaMax'], gammaMin: params['gammaMin'] } as Record<string, number>;
    const history = [Array.from({ length: bins }, () => params['gammaInitial'] as number)];
    for (const gaps of rows('gaps')) history.push(nextGammas(history.at(-1)!, gaps, options));
    const state = { edges: rows('bounds').at(-1)!, gammas: history.at(-1)! };
    const { value, grad } = tf.valueAndGrad((z) => adaFocalLoss(z, integers(inputs, 'labels'), state, { reduction: 'sum' }))(floats(inputs, 'logits'));
    return { gammas: Float64Array.from(history.flat()), loss_sum: read(value), grad_logits: read(grad) };
  },
});
