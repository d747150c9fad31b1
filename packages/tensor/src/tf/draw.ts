import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '../random/rng.ts';

/** What makes the elements of a drawn tensor; it may be called again, with another stream. */
type Fill = (rng: Rng) => Float32Array;

/** A back end that compiles draws anew, at each call, what a traced function has drawn. null: nothing is being traced. */
interface DrawRecorder {
  recordDraw?(rng: Rng, fill: Fill, shape: readonly number[]): tf.Tensor | null;
}

/** A float32 tensor drawn from the stream; while a function is traced, an input of it. */
export function draw(rng: Rng, shape: readonly number[], fill: Fill): tf.Tensor {
  const recorded = (tf.backend() as DrawRecorder).recordDraw?.(rng, fill, shape);
  return recorded ?? tf.tensor(fill(rng), [...shape], 'float32');
}
