// Polyak, Juditsky 1992; Tarvainen, Valpola: Mean teachers are better role models, 2017 (arXiv 1703.01780).
import * as tf from '@tensorflow/tfjs-core';
import { checkAtLeast } from './check.ts';
import type { Schedule } from './schedule.ts';
import { leavesOf, mapLeaves } from './tree.ts';

/**
 * One step of an exponential moving average: average + rate · (value − average). It takes rate = 1 − decay, because 1 − 0.999999 computed in float32 is 1.3 % off.
 * Tensors that are not float32 are taken over as they are.
 *
 * @param average, values trees of the same structure, such as `{ params, buffers }`
 * @param rate scalar in [0, 1]
 * @returns the new average; it belongs to the caller
 * @throws {RangeError} naming a value that is missing
 */
export function movingAverage<T extends object>(average: T, values: object, rate: tf.Tensor): T {
  const byPath = new Map(leavesOf(values));
  return tf.tidy(() => mapLeaves(average, (tensor, path) => {
    const value = byPath.get(path);
    if (!value) throw new RangeError(`movingAverage: values must hold ${path}`);
    return tensor.dtype === 'float32' ? tf.add(tensor, tf.mul(tf.sub(value, tensor), rate)) : tf.clone(value);
  }) as tf.TensorContainer) as T;
}

export interface EmaWarmUpOptions {
  /** 1 − decay that is reached in the end, in (0, 1]. */
  readonly rate: number;
  /** Default 2/3: a decay of 0.99 is reached after 1,000 steps, 0.999 after 31,600. 1 suits short runs. */
  readonly power?: number;
}

/** Averages over few steps at first: max(rate, (1 + step) ^ −power). The first step copies the weights. The warm-up of timm's `ModelEmaV3`. */
export function emaWarmUp({ rate, power = 2 / 3 }: EmaWarmUpOptions): Schedule {
  checkAtLeast('emaWarmUp', 'power', power, 0);
  if (!(rate > 0 && rate <= 1)) throw new RangeError(`emaWarmUp: rate must be in (0, 1], got ${rate}`);
  return (step) => Math.max(rate, (1 + step) ** -power);
}
