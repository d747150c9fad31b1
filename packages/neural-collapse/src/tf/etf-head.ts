import { type Rng, type StateDict, stateDict } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { simplexEtf } from '../etf/simplex-etf.ts';

export interface EtfHeadOptions {
  /** C, at least 2. */
  readonly numClasses: number;
  /** d, at least C − 1. */
  readonly featureDim: number;
  /** Length of every row of the classifier. Default 1. */
  readonly norm?: number;
  /** Turns the frame. Default: it lies along the first axes of the features. */
  readonly rng?: Rng;
}

/**
 * Values of a linear layer that is a simplex ETF: `<layer>.weight` `[features, classes]` and `<layer>.bias` `[classes]`, zeros. Put them in place of those of a network's last layer
 * and freeze them (`groups: [{ match: '<layer>.*', frozen: true }]` of the optimisers of @mixwell/train). What goes into the layer should be free to have any sign: a ReLU just before
 * it keeps features from the directions of the frame.
 *
 * The fixed classifier of Fisher, Meng, Papyan, ICLR 2024, arXiv 2402.06171.
 *
 * @throws {RangeError} as `simplexEtf` does
 */
export function etfHead(layer: string, options: EtfHeadOptions): StateDict<tf.Tensor> {
  const { numClasses } = options;
  const weight = tf.tidy(() => tf.transpose(toTf(simplexEtf(options))));
  return stateDict([[`${layer}.weight`, weight], [`${layer}.bias`, tf.zeros([numClasses])]]);
}
