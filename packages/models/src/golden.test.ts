import { valueAndGrad } from '@mixwell/autodiff';
import { stateDict, type StateDict } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { convNetD, type ConvNetDOptions } from './conv-net-d.ts';
import type { Model } from './model.ts';
import type { NormKind } from './norm.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

interface Piece {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
}

interface Params {
  readonly channels: number;
  readonly classes: number;
  readonly width: number;
  readonly depth: number;
  readonly imageSize: readonly [number, number];
  readonly norm?: string;
  readonly activation?: string;
  readonly pooling?: string;
  readonly firstPadding?: number;
  readonly layout: readonly Piece[];
}

const kinds: Readonly<Record<string, Pick<ConvNetDOptions, 'activation'>['activation']>> = { relu: 'relu', leakyrelu: 'leakyRelu', leakyRelu: 'leakyRelu', sigmoid: 'sigmoid' };

function modelOf({ channels, classes, width, depth, imageSize, norm = 'instance', activation = 'relu', pooling = 'avg', firstPadding }: Params): Model {
  return convNetD({
    inputShape: [...imageSize, channels], classes, width, depth,
    norm: norm.replace(/norm$/, '') as NormKind,
    activation: kinds[activation] ?? 'relu',
    pooling: pooling.replace(/pooling$/, '') as 'avg',
    ...(firstPadding !== undefined && { firstPadding }),
  });
}

/** Our name of a piece of the flat vector, `norm2/gamma` → the weight of the second norm layer. */
function nameOf(model: Model, piece: string): string {
  const [, layer, count, what] = /^([a-z]+?)(\d*)\/(\w+)$/.exec(piece)!;
  const suffix = what === 'kernel' || what === 'gamma' ? 'weight' : 'bias';
  if (layer === 'dense') return `classifier.${suffix}`;
  const conv = (v: Model['variables'][number]): boolean => v.layout === 'conv';
  const convolutions = model.variables.filter(conv).map(({ name }) => Number(name.split('.')[1]));
  return `features.${convolutions[Number(count) - 1]! + (layer === 'norm' ? 1 : 0)}.${suffix}`;
}

runGolden('dataset-distillation', import.meta.url, {
  convnet_forward({ inputs, params: given }) {
    const params = given as unknown as Params;
    const model = modelOf(params);
    const flat = toTf(inputs['params']!);
    const cotangent = toTf(inputs['cotangent']!);
    const names = params.layout.map((piece) => nameOf(model, piece.name));
    const sizes = params.layout.map(({ shape }) => shape.reduce((a, b) => a * b, 1));
    const unflatten = (theta: tf.Tensor): StateDict<tf.Tensor> =>
      stateDict(params.layout.map(({ shape, offset }, i) => [names[i]!, tf.reshape(tf.slice(theta, offset, sizes[i]!), [...shape])]));
    const last = model.stages.at(-2)!.name;
    const objective = (x: tf.Tensor, theta: tf.Tensor) => {
      const { y, taps } = model.run({ params: unflatten(theta), buffers: stateDict([]) }, x, { tap: [last], mode: 'batchStats' });
      return { loss: tf.sum(tf.mul(y, cotangent)) as tf.Scalar, logits: y, features: taps[last]! };
    };
    const { grads, aux } = valueAndGrad(objective, { wrt: [0, 1] })(toTf(inputs['x']!), flat);
    return {
      logits: aux.logits.dataSync(),
      features: aux.features.dataSync(),
      grad_x: grads[0].dataSync(),
      grad_params: grads[1].dataSync(),
    };
  },
});
