import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import { type PairLossOptions, type PairMatrix, pairMatrix } from '../similarity/pair-matrix.ts';

/** What a miner looks among. */
export type MinerOptions = Pick<PairLossOptions, 'others'>;

/** `pairMatrix` of constants: no gradient flows through what a miner chooses. */
export function minedMatrix(caller: string, measure: 'similarity' | 'distance', embeddings: EmbeddingsLike, labels: LabelsLike, { others }: MinerOptions): PairMatrix {
  return tf.tidy(() => {
    const { values, ...masks } = pairMatrix(caller, measure, embeddings, labels, { others });
    return { values: detach(values), ...masks };
  });
}
