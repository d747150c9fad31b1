import { compile, valueAndGrad } from '@mixwell/autodiff';
import { multiSimilarityLoss, ntXentLoss, proxyAnchorLoss, tripletMarginLoss } from '@mixwell/metric-mix/tf';
import * as tf from '@tensorflow/tfjs-core';
import { activate } from '../engine/back-ends.ts';
import type { Work } from '../harness/serve.ts';
import { classRows, hashed } from './hashed.ts';
import type { MetricCase } from './metric-case.ts';

const [samples, dimensions, classes] = [512, 512, 100] as const;

type Loss = (embeddings: tf.Tensor2D, labels: tf.Tensor1D, proxies: tf.Tensor2D) => tf.Scalar;

/** With the options that pytorch-metric-learning has by default. */
const losses: Readonly<Record<string, Loss>> = {
  'multi-similarity': (embeddings, labels) => multiSimilarityLoss(embeddings, labels),
  'proxy-anchor': (embeddings, labels, proxies) => proxyAnchorLoss(embeddings, labels, proxies),
  'nt-xent': (embeddings, labels) => ntXentLoss(embeddings, labels),
  'triplet': (embeddings, labels) => tripletMarginLoss(embeddings, labels),
};

/** A compiled step: the loss and its gradients by embeddings (and proxies), which come out as they would go on to the layers below. */
async function prepareLoss(name: string): Promise<Work> {
  const version = await activate('onnxruntime');
  const rows = classRows(samples, dimensions, classes);
  const proxies = tf.tensor2d(Float32Array.from({ length: classes * dimensions }, (_, at) => hashed(0x20000000 + at)), [classes, dimensions]);
  const labels = tf.tensor1d(rows.labels, 'int32');
  type By = { readonly embeddings: tf.Tensor2D; readonly proxies?: tf.Tensor2D };
  const by: By = { embeddings: tf.tensor2d(rows.values, [samples, dimensions]), ...(name === 'proxy-anchor' && { proxies }) };
  const gradient = valueAndGrad((x: By, y: tf.Tensor1D) => losses[name]!(x.embeddings, y, x.proxies ?? proxies));
  const run = compile((x: By, y: tf.Tensor1D) => {
    const { value, grads } = gradient(x, y);
    return [value, ...Object.values(grads).map((grad) => tf.sum(tf.sum(tf.square(grad), -1)))];
  });
  const step = (): readonly tf.Tensor[] => run(by, labels);
  const first = step();
  const check = first.reduce((sum, x, i) => sum + x.dataSync()[0]! * (i === 0 ? 1 : samples), 0);
  tf.dispose([...first]);
  return { version, check, step: () => { tf.dispose([...step()]); } };
}

/** One product of all pairs of rows and one as large on the way back; for proxy anchor, of rows and proxies, two on the way back. */
const flopsOf = (name: string): number => (name === 'proxy-anchor' ? 3 * 2 * samples * classes * dimensions : 2 * 2 * samples * samples * dimensions);

export const lossCases: readonly MetricCase[] = Object.keys(losses).map((name) => ({ name, peers: ['pytorch-metric-learning'], prepare: () => prepareLoss(name), flops: flopsOf(name) }));
