import type * as tf from '@tensorflow/tfjs-core';
import { checkShape, sizeOf } from '../host-tensor.ts';
import { checkNormal, standardNormal } from '../random/normal.ts';
import type { Rng } from '../random/rng.ts';
import { draw } from './draw.ts';

/**
 * A float32 tensor of numbers drawn from the normal distribution: those that `normal` would draw one by one. While a function is traced, it becomes an input that is drawn anew
 * from the function's `Rng` argument at each call.
 *
 * @throws {RangeError} unless the shape is whole numbers ≥ 0, mean is finite and std ≥ 0
 */
export function randomNormal(rng: Rng, shape: readonly number[], mean = 0, std = 1): tf.Tensor {
  checkShape('randomNormal', shape);
  checkNormal('randomNormal', mean, std);
  const size = sizeOf(shape);
  return draw(rng, shape, (stream) => {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = mean + std * standardNormal(stream);
    return values;
  });
}
