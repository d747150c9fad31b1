import * as tf from '@tensorflow/tfjs-core';
import type { StateDict } from '@mixwell/tensor';
import type { NormFunction } from './norm.ts';
import type { VariableSpec } from './variable.ts';

/**
 * - `train`: batch norm uses the batch and moves its running statistics
 * - `eval`: batch norm uses its running statistics
 * - `batchStats`: as `eval`, but batch norm uses the batch (test-time adaptation, recalibration of statistics)
 */
export type Mode = 'train' | 'eval' | 'batchStats';

/** What a layer sees of the run it takes part in. */
export interface Context {
  readonly mode: Mode;
  /** Whether running statistics move. */
  readonly updateBuffers: boolean;
  readonly norm: NormFunction;
  /** A parameter by its full name. */
  parameter(name: string): tf.Tensor;
  /** The buffers below `<layer>.`, without that prefix. */
  buffersOf(layer: string): StateDict<tf.Tensor>;
  /** Shows an inner value under a name that is among the layer's `taps`. */
  tap(name: string, value: tf.Tensor): void;
  /** Replaces (or adds) buffers of a layer in the result of the run. */
  setBuffers(layer: string, changes: StateDict<tf.Tensor>): void;
}

/** A piece of a network: the variables it owns, and a function of its input. */
export interface Layer {
  readonly variables: readonly VariableSpec[];
  /** Names of inner values that it shows, `block1.attention`. Default: none. */
  readonly taps?: readonly string[];
  readonly apply: (x: tf.Tensor, context: Context) => tf.Tensor;
}

/** A layer without variables. */
export const stateless = (apply: (x: tf.Tensor) => tf.Tensor): Layer => ({ variables: [], apply });

/** What goes in, added to what a layer makes of it. */
export const residual = (layer: Layer): Layer => ({ ...layer, apply: (x, context) => tf.add(x, layer.apply(x, context)) });

/** One layer after the other. */
export const sequential = (...layers: readonly Layer[]): Layer => ({
  variables: layers.flatMap((layer) => layer.variables),
  taps: layers.flatMap((layer) => layer.taps ?? []),
  apply: (x, context) => layers.reduce((y, layer) => layer.apply(y, context), x),
});
