import * as tf from '@tensorflow/tfjs-core';
import { dropTape, ofItsOwnTape, orderTape } from './tape.ts';
import { mapTensors, tensorsOf } from './tree.ts';

/** What an objective gives: the loss, or a record of it and of whatever else should come back. */
export type ObjectiveResult = tf.Tensor | { readonly loss: tf.Tensor };

export interface Derivative {
  readonly value: tf.Scalar;
  /** What the objective gives besides the loss, as new tensors. */
  readonly aux: object;
  /** Missing for those that the loss does not depend on. */
  readonly gradients: ReadonlyMap<tf.Tensor, tf.Tensor>;
}

/** Runs an objective and differentiates its loss by `xs`. To be called inside of `tf.tidy`. */
export function differentiate(objective: () => ObjectiveResult, xs: tf.Tensor[]): Derivative {
  // TensorFlow.js disposes all that the function makes but its value; what is kept is handed over as clones
  let kept: object = {};
  const run = (): tf.Tensor => {
    const { loss, aux } = parts(objective());
    kept = mapTensors(aux, (x) => tf.keep(tf.clone(x))) as object;
    const value = tf.clone(loss);
    orderTape();
    return value;
  };
  return ofItsOwnTape(() => {
    try {
      if (xs.length === 0) return { value: run() as tf.Scalar, aux: mapTensors(kept, (x) => tf.clone(x)) as object, gradients: new Map() };
      const { value, grads } = tf.engine().gradients(run, xs, undefined, true);
      const gradients = new Map(xs.flatMap((x, i): [tf.Tensor, tf.Tensor][] => (grads[i] ? [[x, grads[i]]] : [])));
      return { value: value as tf.Scalar, aux: mapTensors(kept, (x) => tf.clone(x)) as object, gradients };
    } catch (error) {
      dropTape();
      throw error;
    } finally {
      tf.dispose(tensorsOf(kept));
    }
  });
}

function parts(result: ObjectiveResult): { loss: tf.Tensor; aux: object } {
  const { loss, ...aux } = result instanceof tf.Tensor ? { loss: result } : result;
  if (!(loss instanceof tf.Tensor)) throw new TypeError('valueAndGrad: objective must return a scalar tensor, or a record with one as loss');
  if (loss.rank !== 0) throw new RangeError(`valueAndGrad: the loss must be a scalar, got shape [${loss.shape.join(', ')}]`);
  if (loss.dtype !== 'float32') throw new TypeError(`valueAndGrad: the loss must be float32, got ${loss.dtype}`);
  return { loss, aux };
}
