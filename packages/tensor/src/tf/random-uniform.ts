import type * as tf from '@tensorflow/tfjs-core';
import { checkShape, sizeOf } from '../host-tensor.ts';
import type { Rng } from '../random/rng.ts';
import { checkRange, unit } from '../random/uniform.ts';
import { draw } from './draw.ts';

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);

/** The largest float32 that is smaller. */
function float32Below(value: number): number {
  float[0] = value;
  if (float[0] < value) return float[0];
  if (float[0] === 0) return -(2 ** -149);
  bits[0] = bits[0]! + (float[0] > 0 ? -1 : 1);
  return float[0];
}

/**
 * A float32 tensor of numbers drawn uniformly from [low, high), which rounding to float32 never reaches. Traced as `randomNormal` is.
 *
 * @throws {RangeError} unless the shape is whole numbers ≥ 0, and low ≤ high, both finite
 */
export function randomUniform(rng: Rng, shape: readonly number[], low = 0, high = 1): tf.Tensor {
  checkShape('randomUniform', shape);
  checkRange('randomUniform', low, high);
  const size = sizeOf(shape);
  const most = Math.max(low, float32Below(high));
  return draw(rng, shape, (stream) => {
    const values = new Float32Array(size);
    for (let i = 0; i < size; i++) values[i] = Math.min(low + (high - low) * unit(stream), most);
    return values;
  });
}
