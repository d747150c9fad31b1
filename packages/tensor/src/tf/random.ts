import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../host-tensor.ts';
import { checkNormal, normalPair } from '../normal.ts';
import type { Rng } from '../rng.ts';
import { uniform } from '../uniform.ts';

type Fill = (rng: Rng) => Float32Array;

/** A back end that compiles draws anew what a traced function has drawn; null: nothing is being traced. */
interface DrawRecorder {
  recordDraw?(rng: Rng, fill: Fill, shape: readonly number[]): tf.Tensor | null;
}

function draw(rng: Rng, shape: readonly number[], fill: Fill): tf.Tensor {
  const recorded = (tf.backend() as DrawRecorder).recordDraw?.(rng, fill, shape);
  return recorded ?? tf.tensor(fill(rng), [...shape], 'float32');
}

/**
 * float32 numbers drawn uniformly from [low, high). Advances `rng`. While a function is traced, the tensor becomes an input that is drawn anew
 * from the function's `Rng` argument at each call.
 *
 * @throws {RangeError} unless low ≤ high, both finite
 */
export function randomUniform(rng: Rng, shape: readonly number[], low = 0, high = 1): tf.Tensor {
  return draw(rng, shape, (stream) => {
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i++) values[i] = uniform(stream, low, high);
    return values;
  });
}

/**
 * float32 numbers drawn from the normal distribution. Advances `rng`; traced as `randomUniform` is.
 *
 * @throws {RangeError} unless mean is finite and std ≥ 0
 */
export function randomNormal(rng: Rng, shape: readonly number[], mean = 0, std = 1): tf.Tensor {
  checkNormal('randomNormal', mean, std);
  return draw(rng, shape, (stream) => {
    const values = new Float32Array(sizeOf(shape));
    for (let i = 0; i < values.length; i += 2) {
      const [a, b] = normalPair(stream);
      values[i] = mean + std * a;
      if (i + 1 < values.length) values[i + 1] = mean + std * b;
    }
    return values;
  });
}
