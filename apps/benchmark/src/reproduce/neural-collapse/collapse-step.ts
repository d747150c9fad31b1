import { softCrossEntropy } from '@mixwell/losses';
import type { Plan, Policy } from '@mixwell/mix-core';
import { type Mix, mixTargets, runWithMix } from '@mixwell/mix-core/tf';
import { featureDecay } from '@mixwell/neural-collapse/tf';
import { makeStep, type Optimizer, type Step } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import type { CollapseNetwork } from './network.ts';

/** A way of training. */
export interface Way {
  readonly policy: Policy;
  readonly loss: 'cross entropy' | 'squared error';
  /** Whether the classifier is a simplex ETF that stays as it is. */
  readonly isFixed: boolean;
}

export interface StepInput {
  /** [batch, …] */
  readonly images: tf.Tensor;
  /** [batch] */
  readonly labels: tf.Tensor;
  readonly mix: Mix;
  readonly plan: Plan;
}

/** Limit of the gradient: where a step overshoots, the penalty of features, a square, would run away. */
const CLIP = 1;

/** ½ ‖z − y‖², mean over the batch. */
const squaredError = (logits: tf.Tensor, targets: tf.Tensor): tf.Tensor => tf.mul(0.5, tf.mean(tf.sum(tf.square(tf.sub(logits, targets)), -1)));

/** The step of a way: its loss on mixed inputs and (mu / 2) ‖h‖², compiled once for each loss, kind of classifier and stage that is mixed. */
export function collapseSteps({ backbone, head }: CollapseNetwork, mu: number, optimizerOf: (isFixed: boolean) => Optimizer): (way: Way) => Step<StepInput> {
  const known = new Map<string, Step<Omit<StepInput, 'plan'>>>();
  const make = ({ loss, isFixed }: Way, stage: string | undefined): Step<Omit<StepInput, 'plan'>> => makeStep((vars, { images, labels, mix }) => {
    const { y: features, buffers } = runWithMix(backbone, vars, images, mix, { mode: 'train', stage });
    const logits = head.run(vars, features).y;
    const targets = mixTargets(mix, tf.oneHot(labels, head.classes, 1, 0, 'float32'));
    const error = loss === 'cross entropy' ? softCrossEntropy(logits, targets) : squaredError(logits, targets);
    return { loss: tf.add(error, featureDecay(features as tf.Tensor2D, mu)), buffers };
  }, optimizerOf(isFixed), { clip: { norm: CLIP } });
  return (way) => (state, { plan: { stage }, ...input }, rng) => {
    const key = `${way.loss}, ${way.isFixed}, ${stage}`;
    const step = known.get(key) ?? make(way, stage);
    known.set(key, step);
    return step(state, input, rng);
  };
}
