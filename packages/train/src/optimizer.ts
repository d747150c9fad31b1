import type * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '@mixwell/tensor';
import type { Schedule } from './schedule.ts';

/** What an optimiser remembers: tensors by parameter for each of its quantities, or single tensors. Names of quantities have no dots. */
export type OptimizerState = Readonly<Record<string, tf.Tensor | StateDict<tf.Tensor>>>;

/** The numbers of one step, as tensors: a new value compiles nothing anew. */
export interface StepRates {
  /** Scalar, float32. */
  readonly learningRate: tf.Tensor;
}

/** A rule that makes new parameters of old ones and gradients. Pure: it holds no tensors, works while a step is traced, and disposes nothing. */
export interface Optimizer {
  /** The learning rate of each step. */
  readonly learningRate: Schedule;
  /** Names of the parameters that are not frozen. */
  trainable(params: StateDict<tf.Tensor>): readonly string[];
  /**
   * @throws {RangeError} where a group matches no parameter
   */
  init(params: StateDict<tf.Tensor>): OptimizerState;
  /** New parameters and state; they belong to the caller. A parameter without a gradient, or frozen, stays as it is. */
  update(
    grads: StateDict<tf.Tensor>, state: OptimizerState, params: StateDict<tf.Tensor>, rates: StepRates,
  ): { readonly params: StateDict<tf.Tensor>; readonly state: OptimizerState };
}
