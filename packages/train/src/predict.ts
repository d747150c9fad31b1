import { compile } from '@mixwell/autodiff';
import { hostTensor, toHost, type HostTensor } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { createBreather } from './breathe.ts';
import type { Variables } from './train-state.ts';

/** A batch to predict: what `batches` of @mixwell/data gives. */
export interface LabelledBatch {
  /** [batch, …] */
  readonly images: HostTensor;
  /** [batch] */
  readonly labels: HostTensor<'int32'>;
}

/** What a network says of a data set, on the host. */
export interface Predictions {
  /** [n, classes] */
  readonly logits: HostTensor<'float32'>;
  /** [n] */
  readonly labels: HostTensor<'int32'>;
  /** Share of the rows whose largest logit is that of their label; the first maximum wins a tie. */
  readonly accuracy: number;
}

function concatenated<A extends Float32Array | Int32Array>(parts: readonly A[], all: A): A {
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function accuracyOf(logits: Float32Array, labels: Int32Array): number {
  const classes = logits.length / labels.length;
  const right = labels.filter((label, row) => {
    const scores = logits.subarray(row * classes, (row + 1) * classes);
    return scores.indexOf(scores.reduce((best, score) => Math.max(best, score), -Infinity)) === label;
  });
  return right.length / labels.length;
}

/**
 * A function that runs a network over batches and gathers its logits on the host, for metrics and calibration. The forward pass is compiled once per batch size.
 *
 * @param forward (vars, images) → logits [batch, classes], such as `(vars, images) => model.run(vars, images).y`; it is traced
 * @returns takes the values of the network (a train state, its `ema`, …), which it leaves alone, and the batches
 */
export function makePredict(forward: (vars: Variables, images: tf.Tensor) => tf.Tensor): (
  vars: Variables, batches: Iterable<LabelledBatch> | AsyncIterable<LabelledBatch>,
) => Promise<Predictions> {
  const compiled = compile((vars: Variables, images: tf.Tensor) => forward(vars, images));
  return async ({ params, buffers }, batches) => {
    const logits: Float32Array[] = [];
    const labels: Int32Array[] = [];
    const breathe = createBreather();
    for await (const batch of batches) {
      const images = toTf(batch.images);
      const result = compiled({ params, buffers }, images);
      const rows = batch.labels.data.length;
      if (result.rank !== 2 || result.shape[0] !== rows) throw new RangeError(`makePredict: forward must give [${rows}, classes], got [${result.shape.join(', ')}]`);
      logits.push(toHost(result).data as Float32Array);
      labels.push(batch.labels.data);
      tf.dispose([images, result]);
      await breathe();
    }
    const n = labels.reduce((sum, part) => sum + part.length, 0);
    if (n === 0) throw new RangeError('makePredict: batches must hold at least one row, got none');
    const all = concatenated(logits, new Float32Array(logits.reduce((sum, part) => sum + part.length, 0)));
    const truth = concatenated(labels, new Int32Array(n));
    return { logits: hostTensor('float32', [n, all.length / n], all), labels: hostTensor('int32', [n], truth), accuracy: accuracyOf(all, truth) };
  };
}
