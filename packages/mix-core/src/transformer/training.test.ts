import { compile, valueAndGrad } from '@mixwell/autodiff';
import { klDivergence, softCrossEntropy } from '@mixwell/losses';
import { vit } from '@mixwell/models';
import { createRng, type HostTensor, normal, type StateDict, stateDict, toHost } from '@mixwell/tensor';
import { detach, randomNormal } from '@mixwell/tensor/tf';
import { oneBackEnd } from '@mixwell/testing/back-end';
import { BACKEND_NAME } from '@mixwell/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { cutmix, mixpro, type Policy, smmix, tla, tokenmix } from '../index.ts';
import { alignTokenLabels, applyMix, classAttention, lower, type LowerOptions, type Mix, mixproLabelWeights, mixTargets, sourceTokens, transmixLabelWeights } from '../tf.ts';

type Params = StateDict<tf.Tensor>;
type Loss = (params: Params, mix: Mix, x: tf.Tensor, y: tf.Tensor, clean: tf.Tensor) => tf.Tensor;

const [rows, side, classes] = [8, 16, 4];
const model = vit({ inputShape: [side, side, 1], classes, patch: 4, dim: 16, depth: 2, heads: 2 });
const labels = Int32Array.from({ length: rows }, (_, row) => row % classes);
const buffers = stateDict<tf.Tensor>([]);
const tap = ['block2.attention'];

/** A bright quarter, another one for each class, in noise. */
function drawnBatch(): tf.Tensor4D {
  const rng = createRng(1);
  const bright = (row: number, y: number, x: number): boolean => labels[row] === 2 * Math.floor(y / 8) + Math.floor(x / 8);
  const pixel = (i: number): number => normal(rng) * 0.3 + Number(bright(Math.floor(i / 256), Math.floor(i / 16) % 16, i % 16));
  return tf.tensor4d(Float32Array.from({ length: rows * side * side }, (_, i) => pixel(i)), [rows, side, side, 1]);
}

const run = (params: Params, x: tf.Tensor, more: readonly string[] = []): { logits: tf.Tensor; attention: tf.Tensor3D; taps: StateDict<tf.Tensor> } => {
  const { y, taps } = model.run({ params, buffers }, x, { mode: 'train', tap: [...tap, ...more] });
  return { logits: y, attention: classAttention(taps['block2.attention']!), taps };
};

interface Case {
  readonly policy: Policy;
  readonly loss: Loss;
  /** Whether every image has a mask or a box of its own, moved ones with taps. */
  readonly lowering: LowerOptions;
}

const [shared, perRow]: LowerOptions[] = [{ shape: [1, side, side] }, { shape: [rows, side, side] }];

const cases: Readonly<Record<string, Case>> = {
  TransMix: {
    policy: cutmix(),
    lowering: shared!,
    loss: (params, mix, x, y) => {
      const { logits, attention } = run(params, applyMix(mix, x));
      return softCrossEntropy(logits, mixTargets({ ...mix, labelWeights: transmixLabelWeights(mix, attention) }, y));
    },
  },
  TokenMix: {
    policy: tokenmix(),
    lowering: shared!,
    loss: (params, mix, x, y) => softCrossEntropy(run(params, applyMix(mix, x)).logits, mixTargets(mix, y)),
  },
  SMMix: {
    policy: smmix(),
    lowering: { ...perRow, taps: 1 },
    loss: (params, mix, x, y, clean) => {
      const { logits, taps } = run(params, applyMix(mix, x), ['norm']);
      const tokens = sourceTokens(mix, tf.slice(taps['norm']!, [0, 1, 0]));
      const parts = model.run({ params, buffers }, tf.reshape(tokens, [2 * rows, 16]), { from: 'head' }).y;
      const own = softCrossEntropy(parts, tf.gather(y, tf.reshape(mix.sources, [-1]))); // a mean over both halves: half of their sum
      const consistent = klDivergence(detach(mixTargets(mix, clean)), logits);
      return tf.addN([softCrossEntropy(logits, mixTargets(mix, y)), own, consistent]);
    },
  },
  MixPro: {
    policy: mixpro({ cell: 8 }),
    lowering: perRow!,
    loss: (params, mix, x, y) => {
      const { logits, attention } = run(params, applyMix(mix, x));
      const targets = mixTargets(mix, y);
      return softCrossEntropy(logits, mixTargets({ ...mix, labelWeights: mixproLabelWeights(mix, { attention, logits, targets }) }, y));
    },
  },
  TLA: {
    policy: tla({ patch: 4 }),
    lowering: shared!,
    loss: (params, mix, x, y) => {
      const { logits, taps } = run(params, applyMix(mix, x), ['block1.attention']);
      // the labels of 16 patches behind that of the class token
      const shares = tf.reshape(tf.slice(mix.weights, [0, 0, 0, 0], [1, side, side, 1]), [4, 4, 4, 4]);
      const kept = tf.reshape(tf.slice(shares, [0, 0, 0, 0], [4, 1, 4, 1]), [1, 16, 1]);
      const partner = tf.gather(y, tf.reshape(tf.slice(mix.sources, [0, 1], [rows, 1]), [-1]));
      const patches = tf.add(tf.mul(kept, tf.expandDims(y, 1)), tf.mul(tf.sub(1, kept), tf.expandDims(partner, 1)));
      const first = tf.concat([tf.expandDims(mixTargets(mix, y), 1), patches], 1);
      const last = ['block1.attention', 'block2.attention'].reduce((aligned, name) => alignTokenLabels(aligned, detach(taps[name]!)), first);
      return softCrossEntropy(logits, tf.reshape(tf.slice(last, [0, 0, 0], [rows, 1, classes]), [rows, classes]));
    },
  },
};

/** First values, spread: a transformer's own begin so close to zero that a few steps show little. */
function first(): Params {
  const { params } = model.init(createRng(3));
  return stateDict(Object.entries(params).map(([name, value]) => [name, tf.add(value, randomNormal(createRng(4).split(name), value.shape, 0, 0.2))]));
}

describe.skipIf(oneBackEnd)('a vision transformer on the engine', () => {
  beforeAll(async () => { await tf.setBackend(BACKEND_NAME); });

  it.each(Object.entries(cases))('trains on %s: the loss falls, and nothing is compiled twice', (_, { loss, policy, lowering }) => {
    let traces = 0;
    const look = compile((params: Params, x: tf.Tensor) => {
      const { logits, attention } = run(params, x);
      return { logits, attention };
    });
    const step = compile((params: Params, mix: Mix, x: tf.Tensor, y: tf.Tensor, clean: tf.Tensor) => {
      traces += 1;
      const { value, grads } = valueAndGrad((values: Params) => loss(values, mix, x, y, clean))(params);
      return { value, params: stateDict(Object.entries(params).map(([name, param]) => [name, tf.sub(param, tf.mul(grads[name]!, 0.2))])) };
    });
    const [x, y, rng] = [drawnBatch(), tf.cast(tf.oneHot(tf.tensor1d(labels, 'int32'), classes), 'float32'), createRng(2)];
    let params = first();
    const values: number[] = [];
    const plans = new Set<string>();
    for (let i = 0; i < 60; i++) {
      const { logits, attention } = look(params, x);
      const plan = policy(rng, { rows, height: side, width: side, attention: toHost(attention) as HostTensor<'float32'> });
      plans.add(Array.from(plan.labelWeights.slice(0, 4), (weight) => weight.toFixed(4)).join());
      const result = step(params, lower(plan, lowering), x, y, logits);
      values.push(result.value.dataSync()[0]!);
      params = result.params;
    }
    const mean = (part: readonly number[]): number => part.reduce((a, b) => a + b) / part.length;
    expect(plans.size).toBeGreaterThan(2);
    expect(traces).toBe(1);
    expect(mean(values.slice(-15))).toBeLessThan(0.8 * mean(values.slice(0, 5)));
  });
});
