/** Programs of TensorFlow.js operations that are no networks: losses, a pipeline, training steps. For tests of the export. */
import * as tf from '@tensorflow/tfjs-core';
import type { ArgumentSpec, ArgumentTree } from '../compile/trace.ts';
import { numbers } from './networks.ts';

/** Trees of tensors, as functions take and give them. */
export type Tree = tf.Tensor | readonly Tree[] | { readonly [key: string]: Tree };

/** Tensors of a tree by the paths that lead to them. */
export function named(tree: Tree, path = ''): [string, tf.Tensor][] {
  if (tree instanceof tf.Tensor) return [[path, tree]];
  return Object.entries(tree).flatMap(([key, branch]) => named(branch, path === '' ? key : `${path}.${key}`));
}

export interface Program {
  readonly specs: readonly ArgumentTree[];
  readonly run: (...args: never[]) => Tree;
  /** Arguments at a batch size. */
  readonly args: (batch: number) => readonly Tree[];
}

type Params = Readonly<Record<string, tf.Tensor>>;

const float = (...shape: (number | string)[]): ArgumentSpec => ({ shape, dtype: 'float32' });
const specsOf = (params: Params): ArgumentTree => Object.fromEntries(Object.entries(params).map(([name, { shape }]) => [name, float(...shape)]));
const oneHot = (batch: number, classes: number): tf.Tensor => tf.oneHot(tf.tensor1d(Array.from({ length: batch }, (_, i) => (i * 5) % classes), 'int32'), classes);

/** Losses of logits and targets, both [batch, 4]. */
function losses(): Program {
  return {
    specs: [{ ...float('batch', 4), name: 'logits' }, { ...float('batch', 4), name: 'targets' }],
    run: (logits: tf.Tensor2D, targets: tf.Tensor2D) => {
      const smooth = tf.add(tf.mul(targets, 0.9), 0.025);
      const each = tf.neg(tf.sum(tf.mul(smooth, tf.logSoftmax(logits)), 1));
      const chances = tf.softmax(logits);
      const focal = tf.neg(tf.sum(tf.mul(targets, tf.mul(tf.square(tf.sub(1, chances)), tf.log(tf.maximum(chances, 1e-7)))), 1));
      return {
        each,
        mean: tf.mean(each),
        focal: tf.mean(focal),
        crossEntropy: tf.losses.softmaxCrossEntropy(targets, logits),
        sigmoid: tf.losses.sigmoidCrossEntropy(targets, logits, undefined, 0.1),
        huber: tf.losses.huberLoss(targets, logits, undefined, 0.5),
        hinge: tf.losses.hingeLoss(targets, logits),
        absolute: tf.losses.absoluteDifference(targets, logits),
        squared: tf.losses.meanSquaredError(targets, logits),
        cosine: tf.losses.cosineDistance(targets, logits, 1),
        log: tf.losses.logLoss(targets, chances),
      };
    },
    args: (batch) => [numbers([batch, 4], batch, 3), tf.cast(oneHot(batch, 4), 'float32')],
  };
}

/** Photos as integers [batch, 20, 24, 3] → resized, cut, normalised → a network → calibrated probabilities, the best class and its chance. */
function pipeline(): Program {
  const kernel = numbers([3, 3, 3, 6], 1, 0.4) as tf.Tensor4D;
  const weights = numbers([6, 4], 2, 1) as tf.Tensor2D;
  const [mean, deviation] = [tf.tensor1d([0.485, 0.456, 0.406]), tf.tensor1d([0.229, 0.224, 0.225])];
  return {
    specs: [{ shape: ['batch', 20, 24, 3], dtype: 'int32', name: 'photos' }],
    run: (photos: tf.Tensor4D) => {
      const small = tf.image.resizeBilinear(tf.cast(photos, 'float32'), [14, 16]);
      const cut = tf.slice(small, [0, 1, 2, 0], [-1, 12, 12, -1]);
      const features = tf.mean<tf.Tensor2D>(tf.relu(tf.conv2d(tf.div<tf.Tensor4D>(tf.sub(tf.div(cut, 255), mean), deviation), kernel, 2, 'same')), [1, 2]);
      const probabilities = tf.softmax(tf.div<tf.Tensor2D>(tf.matMul(features, weights), 1.7));
      return { probabilities, best: tf.argMax(probabilities, 1), sure: tf.max(probabilities, 1), ...tf.topk(probabilities, 2) };
    },
    args: (batch) => [tf.cast(tf.abs(numbers([batch, 20, 24, 3], batch, 255)), 'int32')],
  };
}

function classify(params: Params, images: tf.Tensor): tf.Tensor2D {
  const first = tf.relu(tf.add<tf.Tensor4D>(tf.conv2d(images as tf.Tensor4D, params['conv1.weight'] as tf.Tensor4D, 1, 'same'), params['conv1.bias']!));
  const second = tf.relu(tf.conv2d(tf.maxPool(first, 2, 2, 'valid'), params['conv2.weight'] as tf.Tensor4D, 2, 'same'));
  const pooled = tf.avgPool(second, 2, 2, 'valid');
  return tf.add(tf.matMul(tf.reshape<tf.Rank.R2>(pooled, [images.shape[0], -1]), params['fc.weight'] as tf.Tensor2D), params['fc.bias']!);
}

interface State {
  readonly params: Params;
  readonly momentum: Params;
}

/** Forward, backward, SGD with momentum 0.9 and weight decay: state and batch in, state and loss out. */
function trainingStep(): Program {
  const params: Params = {
    'conv1.weight': numbers([3, 3, 2, 4], 1, 0.5), 'conv1.bias': numbers([4], 2, 0.1), 'conv2.weight': numbers([3, 3, 4, 4], 3, 0.4), 'fc.weight': numbers([16, 3], 4, 0.5), 'fc.bias': numbers([3], 5, 0.1),
  };
  const momentum = Object.fromEntries(Object.entries(params).map(([name, { shape }], i) => [name, numbers(shape, i + 9, 0.01)]));
  const names = Object.keys(params);
  return {
    specs: [{ params: specsOf(params), momentum: specsOf(momentum) }, { images: float('batch', 16, 16, 2), labels: { shape: ['batch', 3], dtype: 'float32' } }, { ...float(), name: 'rate' }],
    run: (state: State, batch: Readonly<Record<'images' | 'labels', tf.Tensor>>, rate: tf.Tensor) => {
      const loss = (...values: tf.Tensor[]): tf.Scalar => {
        const logits = classify(Object.fromEntries(names.map((name, i) => [name, values[i]!])), batch.images);
        return tf.mean(tf.neg(tf.sum(tf.mul(batch.labels, tf.logSoftmax(logits)), 1)));
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => state.params[name]!));
      const moved = names.map((name, i) => tf.add(tf.mul(state.momentum[name]!, 0.9), tf.add(grads[i]!, tf.mul(state.params[name]!, 5e-4))));
      const next = names.map((name, i) => tf.sub(state.params[name]!, tf.mul(rate, moved[i]!)));
      const named = (values: readonly tf.Tensor[]): Params => Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      return { state: { params: named(next), momentum: named(moved) }, metrics: { loss: value } };
    },
    args: (batch) => [{ params, momentum }, { images: numbers([batch, 16, 16, 2], batch, 1), labels: tf.cast(oneHot(batch, 3), 'float32') }, tf.scalar(0.05)],
  };
}

/** By name; made anew at each call, on the active back end. */
export const programs: Readonly<Record<string, () => Program>> = { losses, pipeline, trainingStep };
