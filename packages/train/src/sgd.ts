// Sutskever, Martens, Dahl, Hinton: On the importance of initialization and momentum in deep learning, 2013; in the form of PyTorch's `torch.optim.SGD`.
import * as tf from '@tensorflow/tfjs-core';
import { checkAtLeast, checkDecay } from './check.ts';
import { type Group, resolveGroups } from './groups.ts';
import type { Optimizer } from './optimizer.ts';
import { type Schedule, scheduleOf } from './schedule.ts';
import { type ParameterUpdate, type Slots, updateEach, zeroSlots } from './update-each.ts';

export interface SgdOptions {
  /** ≥ 0, or a schedule of it. */
  readonly learningRate: number | Schedule;
  /** In [0, 1). Default 0. */
  readonly momentum?: number;
  /** Look ahead along the momentum. Default false. */
  readonly nesterov?: boolean;
  /** Times the parameter is added to its gradient, ≥ 0. Default 0. */
  readonly weightDecay?: number;
  /** Parameters with rules of their own. Default none. */
  readonly groups?: readonly Group[];
}

/**
 * Stochastic gradient descent: d = g + weightDecay · p; v ← momentum · v + d; p ← p − rate · v, with Nesterov p ← p − rate · (d + momentum · v).
 * The same numbers as `torch.optim.SGD` (without dampening).
 *
 * @throws {RangeError} for options out of range, or `nesterov` without momentum
 */
export function sgd({ learningRate, momentum = 0, nesterov = false, weightDecay = 0, groups = [] }: SgdOptions): Optimizer {
  checkDecay('sgd', 'momentum', momentum);
  checkAtLeast('sgd', 'weightDecay', weightDecay, 0);
  if (nesterov && momentum === 0) throw new RangeError('sgd: momentum must be > 0 with nesterov, got 0');
  const resolved = resolveGroups('sgd', groups, weightDecay);

  const rule = ({ param, grad, slots, rate, weightDecay: decay }: ParameterUpdate) => {
    const decayed = decay > 0 ? tf.add(grad, tf.mul(param, decay)) : grad;
    if (momentum === 0) return { param: tf.sub(param, tf.mul(decayed, rate)), slots: {} };
    const velocity = tf.add(tf.mul(slots['momentum']!, momentum), decayed);
    const direction = nesterov ? tf.add(decayed, tf.mul(velocity, momentum)) : velocity;
    return { param: tf.sub(param, tf.mul(direction, rate)), slots: { momentum: velocity } };
  };

  return {
    learningRate: scheduleOf('sgd', 'learningRate', learningRate),
    trainable: resolved.trainable,
    init: (params) => zeroSlots(resolved, params, momentum > 0 ? ['momentum'] : []),
    update: (grads, state, params, rates) => tf.tidy(() => {
      const updated = updateEach({ caller: 'sgd', groups: resolved, grads, slots: state as Slots, params, learningRate: rates.learningRate, rule });
      return { params: updated.params, state: updated.slots };
    }),
  };
}
