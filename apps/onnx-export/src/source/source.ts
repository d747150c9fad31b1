import type { StateDict } from '@mixwell/tensor';
import type * as tf from '@tensorflow/tfjs-core';

/** One input of a network. */
export interface SourceInput {
  readonly name: string;
  /** Sizes without the batch; images are [height, width, channels]. */
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  /** Where the input holds indices into an embedding: their number. The least is 0. */
  readonly indices?: number;
}

/** A network that can be exported: a function of TensorFlow.js tensors, and what has to be known about it. */
export interface ExportSource {
  /** Becomes the name of the graph: the architecture. */
  readonly name: string;
  readonly inputs: readonly SourceInput[];
  /** Names of the outputs, in the order of `run`'s results. */
  readonly outputs: readonly string[];
  /** The only batch size at which the network runs. Default: any. */
  readonly batch?: number;
  /** Size of the last axis of the first output: the number of classes. Null where it is not known. */
  readonly classes: number | null;
  /** Whether the one output has been through a softmax (or a sigmoid) already, so that there are no logits to scale. */
  readonly endsInProbabilities: boolean;
  /** Number of trained values, as the network's own library counts them. */
  readonly parameters: number;
  /** The tensors that the network holds, by name. They keep their names in the file. */
  readonly weights: StateDict<tf.Tensor>;
  /** What the file's metadata says about the network. */
  readonly metadata: Readonly<Record<string, string>>;
  /**
   * Runs the network as it is used after training.
   *
   * @param inputs in the order of `inputs`, each with a leading batch axis. Not disposed.
   * @returns one tensor per output, which belong to the caller
   */
  run(inputs: readonly tf.Tensor[]): readonly tf.Tensor[];
}
