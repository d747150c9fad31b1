// oxlint-disable import/no-unassigned-import -- back ends and gradients register themselves
import { valueAndGrad } from '@mixwell/autodiff';
import { type GoldenHandler, type GoldenVector, runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { type MixPairs, mixPairs } from '../index.ts';
import {
  batchLoss, binomialDeviance, contrastive, cosineSimilarities, genericLoss, lifted, lowerPairs, type LossSpec, maxAvgPoolHead, metrixLoss, mixEmbeddings, mixRows, multiSimilarity, nca, proxyAnchor, rowDistances, unitRows,
} from '../tf.ts';

type Inputs = GoldenVector['inputs'];

const floats = (inputs: Inputs, name: string): tf.Tensor => tf.tensor(Array.from(inputs[name]!.data, Number), [...inputs[name]!.shape], 'float32');
const integers = (inputs: Inputs, name: string): Int32Array => Int32Array.from(inputs[name]!.data as ArrayLike<number>);
const labelsOf = (inputs: Inputs, name: string): tf.Tensor1D => tf.tensor1d(integers(inputs, name), 'int32');
const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>();
const pairsOf = (inputs: Inputs, kind: MixPairs['kind'] = 'positive-negative'): MixPairs => ({ kind, anchor: integers(inputs, 'anchor'), first: integers(inputs, 'positive'), second: integers(inputs, 'negative') });

const specs: Readonly<Record<string, (options: Record<string, number>) => LossSpec>> = {
  contrastive, lifted, binomial_deviance: binomialDeviance, multi_similarity: multiSimilarity, proxy_anchor: proxyAnchor, nca: ({ T = 1 }) => nca({ temperature: T }),
};

/** One row for each pair, although places are laid out by anchor. */
function ofPairs(values: tf.Tensor, { anchor }: MixPairs, perAnchor: number): Float32Array {
  const seen = new Map<number, number>();
  const width = values.size / (values.shape[0]!);
  const data = read(values);
  return Float32Array.from(Array.from(anchor).flatMap((a) => {
    const place = seen.get(a) ?? 0;
    seen.set(a, place + 1);
    return Array.from(data.slice((a * perAnchor + place) * width, (a * perAnchor + place + 1) * width));
  }));
}

function generic({ inputs, params }: GoldenVector): Record<string, Float32Array> {
  const [anchors, examples, lambda] = [floats(inputs, 'anchors'), floats(inputs, 'examples'), floats(inputs, 'lambda')];
  const same = tf.equal(tf.reshape(labelsOf(inputs, 'anchor_labels'), [-1, 1]), tf.reshape(labelsOf(inputs, 'example_labels'), [1, -1]));
  const pairs = lowerPairs(pairsOf(inputs), { anchors: anchors.shape[0]! });
  const normalizeBeforeMixing = params['normalize_before_mixing'] as boolean;
  const outputs = Object.entries(params['losses'] as Record<string, Record<string, number>>).flatMap(([name, options]) => {
    const spec = specs[name]!(options);
    const objective = (a: tf.Tensor, x: tf.Tensor): ReturnType<typeof metrixLoss> => metrixLoss(spec, a, mixEmbeddings(x, pairs, lambda, { normalizeBeforeMixing }), pairs, lambda, {
      weight: params['weight'] as number, clean: genericLoss(spec, cosineSimilarities(a, x), same),
    });
    const { aux, grads } = valueAndGrad(objective, { wrt: [0, 1] })(anchors, examples);
    return [[`${name}.clean`, aux.clean], [`${name}.mixed`, aux.mixed], [`${name}.mixed_per_anchor`, aux.perAnchor], [`${name}.grad_anchors`, grads[0]], [`${name}.grad_examples`, grads[1]]] as const;
  });
  const rows = unitRows(mixEmbeddings(examples, pairs, lambda, { normalizeBeforeMixing }));
  const ofAnchors = tf.gather(unitRows(anchors), tf.tensor1d(integers(inputs, 'anchor'), 'int32'));
  return {
    ...Object.fromEntries(outputs.map(([name, x]) => [name, read(x)])),
    mixed_similarity: read(tf.sum(tf.mul(rows, ofAnchors), 1)), // every anchor has all its places
    mixed_label: read(lambda),
  };
}

function contrastiveStep({ inputs, params }: GoldenVector): Record<string, Float32Array | Int32Array> {
  const [embeddings, labels, lambda] = [floats(inputs, 'embeddings'), labelsOf(inputs, 'labels'), floats(inputs, 'lambda')];
  const mode = params['mode'] as 'positive-negative' | 'anchor-negative';
  const drawn = mixPairs(integers(inputs, 'labels'), { mode, positives: 'released', anchors: 'withoutPositives' });
  const given = pairsOf(inputs, mode);
  for (const name of ['anchor', 'first', 'second'] as const) if (drawn[name].join() !== given[name].join()) throw new Error(`mixPairs: ${name} is ${drawn[name].join()}, not ${given[name].join()}`);
  const pairs = lowerPairs(drawn, { anchors: labels.size });
  const spec = contrastive({ form: 'distance', m: params['neg_margin'] as number, positiveMargin: params['pos_margin'] as number });
  const additive = { over: 'pairs', reduction: 'avgNonZero' } as const;
  const normalizeBeforeMixing = params['normalize_before_mixing'] as boolean;
  const mixtures = (e: tf.Tensor): tf.Tensor => mixEmbeddings(e, pairs, lambda, { normalizeBeforeMixing });
  const side = (part: Partial<LossSpec>): Float32Array => read(metrixLoss({ ...spec, ...part }, embeddings, mixtures(embeddings), pairs, lambda, additive).mixed);
  const { value, aux, grads } = valueAndGrad((e: tf.Tensor) => metrixLoss(spec, e, mixtures(e), pairs, lambda, {
    ...additive, weight: params['weight'] as number, clean: batchLoss(spec, e, labels, additive).loss,
  }))(embeddings);
  const nothing = (d: tf.Tensor): tf.Tensor => tf.zerosLike(d);
  const perAnchor = pairs.valid.shape[1];
  const anchors = tf.gather(unitRows(embeddings), tf.floorDiv(tf.range(0, pairs.valid.size, 1, 'int32'), perAnchor));
  return {
    clean_loss: read(aux.clean), loss: read(value), grad_embeddings: read(grads),
    mixed_distance: ofPairs(rowDistances(anchors, unitRows(mixtures(embeddings))), drawn, perAnchor),
    mixed_positive_loss: side({ rhoNeg: nothing }), mixed_negative_loss: side({ rhoPos: nothing }),
  };
}

function featureMixing({ inputs, params }: GoldenVector): Record<string, Float32Array> {
  const [maps, lambda, bias] = [floats(inputs, 'feature_maps'), floats(inputs, 'lambda'), floats(inputs, 'bias')];
  const weights = tf.transpose(floats(inputs, 'weight'));
  const drawn = pairsOf(inputs);
  const pairs = lowerPairs(drawn, { anchors: maps.shape[0]! });
  const spec = contrastive({ form: 'distance', m: params['neg_margin'] as number });
  const head = (x: tf.Tensor): tf.Tensor => maxAvgPoolHead(x as tf.Tensor4D, weights, bias);
  const { aux, grads } = valueAndGrad((x: tf.Tensor) => {
    const [anchors, mixed] = [head(x), head(mixRows(x, pairs, lambda))];
    return { ...metrixLoss(spec, anchors, mixed, pairs, lambda, { over: 'pairs', reduction: 'avgNonZero', weight: 1 }), anchors, embedded: mixed };
  })(maps);
  const anchors = tf.gather(aux.anchors, tf.tensor1d(drawn.anchor, 'int32'));
  return { anchor_embeddings: read(anchors), mixed_embeddings: read(aux.embedded), mixed_distance: read(rowDistances(anchors, aux.embedded)), mixed_loss: read(aux.mixed), grad_feature_maps: read(grads) };
}

const onPlainBackEnd = (handler: (vector: GoldenVector) => ReturnType<GoldenHandler>): GoldenHandler => async (vector) => {
  await tf.setBackend(plainBackEnd);
  return handler(vector);
};

runGolden('metrix', import.meta.url, {
  metrix_generic: onPlainBackEnd(generic),
  metrix_contrastive: onPlainBackEnd(contrastiveStep),
  metrix_feature_mixing: onPlainBackEnd(featureMixing),
});
