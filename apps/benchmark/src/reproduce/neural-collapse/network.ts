import { linearHead, type Model, type Variables } from '@mixwell/models';
import { etfHead } from '@mixwell/neural-collapse/tf';
import { hostTensor, type HostTensor, type Rng, stateDict } from '@mixwell/tensor';
import * as tf from '@tensorflow/tfjs-core';

/** Name of the last layer. Its bias stays 0, as in the theory. */
const LAST = 'decision';
/** Length of the rows of a fixed classifier. */
const NORM = 1;

/** A network whose features may have any sign: what a linear layer of the backbone gives, with a linear classifier on top. */
export interface CollapseNetwork {
  /** Gives features [batch, features]. */
  readonly backbone: Model;
  /** Gives logits [batch, classes] of features. */
  readonly head: Model;
}

/** @param backbone its `classes` are the features */
export function collapseNetwork(backbone: Model, classes: number): CollapseNetwork {
  return { backbone, head: linearHead({ inputShape: [backbone.classes], classes, layer: LAST }) };
}

/** First values of both parts, in one record; the classifier is drawn, or a simplex ETF turned at random. */
export function initialize({ backbone, head }: CollapseNetwork, rng: Rng, isFixed: boolean): Variables {
  const { params, buffers } = backbone.init(rng);
  const last = isFixed ? etfHead(LAST, { numClasses: head.classes, featureDim: backbone.classes, norm: NORM, rng: rng.split('etf') }) : head.init(rng).params;
  const bias = `${LAST}.bias`;
  const all = stateDict([...Object.entries(params), ...Object.entries(last).map(([name, value]) => [name, name === bias ? tf.zerosLike(value) : value] as const)]);
  tf.dispose(last[bias]);
  return { params: all, buffers };
}

/** What the optimiser leaves alone. */
export const frozenGroups = (isFixed: boolean): { match: string; frozen: boolean }[] => [{ match: isFixed ? `${LAST}.*` : `${LAST}.bias`, frozen: true }];

/** W [classes, features] */
export function classifierOf({ params }: Variables): HostTensor<'float32'> {
  const weight = params[`${LAST}.weight`]!;
  const [features, classes] = weight.shape as [number, number];
  return hostTensor('float32', [classes, features], tf.tidy(() => Float32Array.from(tf.transpose(weight).dataSync())));
}
