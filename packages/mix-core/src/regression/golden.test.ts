import { valueAndGrad } from '@mixwell/autodiff';
import { type HostTensor, hostTensor, toHost } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { runGolden } from '@mixwell/testing';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { batchPartners, cMixupPlan, type Kernel, labelKernelRow, mixRegressionTargets, regressionMetrics } from '../index.ts';
import { applyMix, lower } from '../tf.ts';

await tf.setBackend('cpu');

const joined = (a: HostTensor<'float32'>, b: HostTensor<'float32'>): HostTensor<'float32'> =>
  hostTensor('float32', [a.shape[0]! + b.shape[0]!, ...a.shape.slice(1)], Float32Array.of(...a.data, ...b.data));

type Weights = Record<'w1' | 'b1' | 'w2' | 'b2' | 'w3' | 'b3', tf.Tensor2D>;

runGolden('c-mixup', import.meta.url, {
  sample_rate({ inputs: { labels }, params }) {
    const [count] = labels.shape as [number];
    const options = { bandwidth: params['bandwidth'] as number, kernel: params['kernel'] as Kernel };
    const rows = Array.from({ length: count }, (_, i) => Array.from(labelKernelRow(labels, i, options)));
    return { rate: hostTensor('float64', [count, count], Float64Array.from(rows.flat())) };
  },
  batch_partners: ({ inputs: { labels, u }, params }) => ({ partner: batchPartners(labels, { bandwidth: params['bandwidth'] as number }, u.data) }),
  metrics: ({ inputs: { pred, label } }) => ({ ...regressionMetrics(pred, label) }),
  manifold_forward({ inputs: { x1, x2, y1, y2, ...weights }, params }) {
    const { lambda, leaky_slope: slope } = params as { lambda: number; leaky_slope: number };
    const rows = (x1 as HostTensor).shape[0]!;
    const plan = cMixupPlan({ partner: Array.from({ length: rows }, (_, b) => rows + b), batch: 2 * rows, lambda });
    const [mix, x, mixedTargets] = [lower(plan), toTf(joined(x1, x2)) as tf.Tensor2D, mixRegressionTargets(plan, joined(y1, y2))];
    const y = toTf(mixedTargets);
    const first = ({ w1, b1 }: Weights, input: tf.Tensor2D): tf.Tensor2D => tf.leakyRelu(tf.add<tf.Tensor2D>(tf.matMul(input, w1), b1), slope);
    const rest = ({ w2, b2, w3, b3 }: Weights, h: tf.Tensor2D): tf.Tensor2D => tf.add(tf.matMul(tf.leakyRelu(tf.add<tf.Tensor2D>(tf.matMul(h, w2), b2), slope), w3), b3) as tf.Tensor2D;
    const loss = (pred: tf.Tensor): tf.Scalar => tf.mean(tf.squaredDifference(pred, y));
    const hidden = (values: Weights): tf.Tensor2D => rest(values, applyMix(mix, first(values, x)));
    const input = (values: Weights): tf.Tensor2D => rest(values, first(values, applyMix(mix, x)));
    const values = Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, toTf(value as HostTensor)])) as Weights;
    const { value, grads } = valueAndGrad((at: Weights) => loss(hidden(at)))(values);
    return {
      mixed_y: mixedTargets,
      pred_hidden: toHost(hidden(values)),
      loss_hidden: toHost(value),
      pred_input: toHost(input(values)),
      loss_input: toHost(loss(input(values))),
      ...Object.fromEntries(Object.entries(grads).map(([name, grad]) => [`grad_${name}`, toHost(grad)])),
    };
  },
});
