// Loshchilov, Hutter: Decoupled Weight Decay Regularization, 2019 (arXiv 1711.05101), algorithm 2; in the form of PyTorch's `torch.optim.AdamW`.
import * as tf from '@tensorflow/tfjs-core';
import { checkAtLeast, checkDecay, checkPositive } from './check.ts';
import { type Group, resolveGroups } from './groups.ts';
import type { Optimizer } from './optimizer.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import { type ParameterUpdate, type Slots, updateEach, zeroSlots } from './update-each.ts';

export interface AdamWOptions {
  /** ≥ 0, or a schedule of it. */
  readonly learningRate: number | Schedule;
  /** Decay of the mean of the gradients, in [0, 1). Default 0.9. */
  readonly b1?: number;
  /** Decay of the mean of their squares, in [0, 1). Default 0.999. */
  readonly b2?: number;
  /** > 0. Default 1e-8. */
  readonly epsilon?: number;
  /** A step shrinks a parameter by rate · weightDecay of itself, ≥ 0. Default 0, which is Adam (PyTorch's AdamW has 0.01). */
  readonly weightDecay?: number;
  /** Parameters with rules of their own. Default none. */
  readonly groups?: readonly Group[];
}

/** 1 − bᵗ. In float32 the difference would lose half its digits where it is small; with tanh nothing cancels: 1 − eˣ = −2u / (1 − u), u = tanh(x / 2). */
function biasCorrection(b: number, count: tf.Tensor): tf.Tensor {
  if (b === 0) return tf.scalar(1);
  const u = tf.tanh(tf.mul(count, Math.log(b) / 2));
  return tf.div(tf.mul(u, -2), tf.sub(1, u));
}

/**
 * Adam with decoupled weight decay: m ← b1·m + (1 − b1)·g; v ← b2·v + (1 − b2)·g²; p ← p − rate · (weightDecay · p + m̂ / (√v̂ + epsilon)) with
 * m̂ = m / (1 − b1ᵗ), v̂ = v / (1 − b2ᵗ). The same numbers as `torch.optim.AdamW`; without weight decay as `torch.optim.Adam`.
 *
 * @throws {RangeError} for options out of range
 */
export function adamW({ learningRate, b1 = 0.9, b2 = 0.999, epsilon = 1e-8, weightDecay = 0, groups = [] }: AdamWOptions): Optimizer {
  checkDecay('adamW', 'b1', b1);
  checkDecay('adamW', 'b2', b2);
  checkPositive('adamW', 'epsilon', epsilon);
  checkAtLeast('adamW', 'weightDecay', weightDecay, 0);
  const resolved = resolveGroups('adamW', groups, weightDecay);

  const rule = (firstCorrection: tf.Tensor, secondCorrection: tf.Tensor) => ({ param, grad, slots, rate, weightDecay: decay }: ParameterUpdate) => {
    const mean = tf.add(tf.mul(slots['mean']!, b1), tf.mul(grad, 1 - b1));
    const square = tf.add(tf.mul(slots['square']!, b2), tf.mul(tf.square(grad), 1 - b2));
    const denominator = tf.add(tf.div(tf.sqrt(square), tf.sqrt(secondCorrection)), epsilon);
    const shrunk = decay > 0 ? tf.mul(param, tf.sub(1, tf.mul(rate, decay))) : param;
    return { param: tf.sub(shrunk, tf.mul(tf.div(mean, denominator), tf.div(rate, firstCorrection))), slots: { mean, square } };
  };

  return {
    learningRate: scheduleOf('adamW', 'learningRate', learningRate),
    trainable: resolved.trainable,
    init: (params) => ({ count: tf.scalar(0, 'int32'), ...zeroSlots(resolved, params, ['mean', 'square']) }),
    update: (grads, { count: before, ...slots }, params, rates) => tf.tidy(() => {
      const count = tf.add(before as tf.Tensor, tf.scalar(1, 'int32'));
      const t = tf.cast(count, 'float32');
      const updated = updateEach({
        caller: 'adamW', groups: resolved, grads, slots: slots as Slots, params, learningRate: rates.learningRate,
        rule: rule(biasCorrection(b1, t), biasCorrection(b2, t)),
      });
      return { params: updated.params, state: { count, ...updated.slots } };
    }),
  };
}
