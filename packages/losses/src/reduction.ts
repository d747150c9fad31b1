import type { Scalar, Tensor } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';

/** What becomes of the values of the samples: `none` keeps them, [n]; `mean` and `sum` give one number. */
export type Reduction = 'none' | 'mean' | 'sum';

export interface ReductionOptions<R extends Reduction = Reduction> {
  /** Default 'mean'. */
  readonly reduction?: R;
}

/** [n] for `none`, else a scalar. */
export type Reduced<R extends Reduction> = R extends 'none' ? Tensor<['batch']> : Scalar;

/** @throws {RangeError} for an unknown reduction */
export function reduce<R extends Reduction = 'mean'>(caller: string, perSample: tf.Tensor, reduction: R | undefined): Reduced<R> {
  const wanted: Reduction = reduction ?? 'mean';
  switch (wanted) {
    case 'none': return perSample as Reduced<R>;
    case 'mean': return tf.mean<Reduced<R>>(perSample);
    case 'sum': return tf.sum<Reduced<R>>(perSample);
    default: throw new RangeError(`${caller}: reduction must be 'none', 'mean' or 'sum', got '${String(wanted)}'`);
  }
}
