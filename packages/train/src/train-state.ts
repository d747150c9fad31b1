import * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '@mixwell/tensor';
import type { Optimizer, OptimizerState } from './optimizer.ts';
import { mapLeaves } from './tree.ts';

/** The values of a network: what is trained, and what is not. What `init` of @mixwell/models gives. */
export interface Variables {
  readonly params: StateDict<tf.Tensor>;
  /** Running statistics and the like: no gradient, no weight decay, no momentum. */
  readonly buffers: StateDict<tf.Tensor>;
}

/** All that training changes, as trees of tensors. It goes into a step and comes out of it. */
export interface TrainState extends Variables {
  readonly optimizer: OptimizerState;
  /** Moving averages of params and buffers, where the step keeps them. */
  readonly ema?: Variables;
  /** Steps done; int32 scalar. */
  readonly step: tf.Tensor;
}

export interface CreateStateOptions {
  /** Whether to keep moving averages, beginning with the values themselves. Default false. */
  readonly ema?: boolean;
}

/**
 * The state before the first step. It holds references of its own to the values: `vars` stays the caller's, to use or dispose.
 *
 * @throws {RangeError} where a group of the optimiser matches no parameter
 */
export function createState({ params, buffers }: Variables, optimizer: Pick<Optimizer, 'init'>, { ema = false }: CreateStateOptions = {}): TrainState {
  const own = (): Variables => snapshot({ params, buffers });
  return { ...own(), optimizer: optimizer.init(params), ...(ema ? { ema: own() } : {}), step: tf.scalar(0, 'int32') };
}

/** References of its own to every tensor of a tree (a state, or a part of it), so that it outlives the step that consumes the state. Dispose it when done. */
export function snapshot<T extends object>(tree: T): T {
  return mapLeaves(tree, (tensor) => tf.clone(tensor));
}
