import { valueAndGrad } from '@mixwell/autodiff';
import type { GoldenHandler, GoldenVector } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import type { MixPairs } from '../index.ts';
import {
  batchLoss, binomialDeviance, contrastive, cosineSimilarities, genericLoss, lifted, type LoweredPairs, lowerPairs, type LossSpec, maxAvgPoolHead, metrixLoss, mixEmbeddings, mixRows, multiSimilarity, nca, proxyAnchor, rowDistances, rowProducts, unitRows,
} from '../tf.ts';
import { mixedLabels } from '../metrix/lambda.ts';

type Inputs = GoldenVector['inputs'];

const floats = (inputs: Inputs, name: string): tf.Tensor => tf.tensor(Array.from(inputs[name]!.data, Number), [...inputs[name]!.shape], 'float32');
const integers = (inputs: Inputs, name: string): Int32Array => Int32Array.from(inputs[name]!.data as ArrayLike<number>);
const labelsOf = (inputs: Inputs, name: string): tf.Tensor1D => tf.tensor1d(integers(inputs, name), 'int32');
const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>();
const pairsOf = (inputs: Inputs, kind: MixPairs['kind'] = 'positive-negative'): MixPairs => ({ kind, anchor: integers(inputs, 'anchor'), first: integers(inputs, 'positive'), second: integers(inputs, 'negative') });

const specs: Readonly<Record<string, (options: Record<string, number>) => LossSpec>> = {
  contrastive, lifted, binomial_deviance: binomialDeviance, multi_similarity: multiSimilarity, proxy_anchor: proxyAnchor, nca: ({ T = 1 }) => nca({ temperature: T }),
};

/** Where in [anchors · places] each pair is. */
function placesOf({ anchor }: MixPairs, perAnchor: number): Int32Array {
  const counts = new Map<number, number>();
  return anchor.map((a) => {
    const place = counts.get(a) ?? 0;
    counts.set(a, place + 1);
    return a * perAnchor + place;
  });
}

/** Rows or values of pairs, out of those of all places. */
const ofPairs = (values: tf.Tensor, pairs: MixPairs, { valid }: LoweredPairs): tf.Tensor => tf.gather(values, tf.tensor1d(placesOf(pairs, valid.shape[1]), 'int32'));

/** λ at places: a scalar, or one that was given for each pair. */
function lambdaOf(inputs: Inputs, pairs: MixPairs, { valid }: LoweredPairs): tf.Tensor {
  const given = floats(inputs, 'lambda');
  if (given.rank === 0) return given;
  const [laid, data] = [new Float32Array(valid.size), read(given)];
  placesOf(pairs, valid.shape[1]).forEach((place, i) => { laid[place] = data[i]!; });
  return tf.tensor1d(laid);
}

function generic({ inputs, params }: GoldenVector): Record<string, Float32Array> {
  const [anchors, examples, given] = [floats(inputs, 'anchors'), floats(inputs, 'examples'), pairsOf(inputs)];
  const same = tf.equal(tf.reshape(labelsOf(inputs, 'anchor_labels'), [-1, 1]), tf.reshape(labelsOf(inputs, 'example_labels'), [1, -1]));
  const pairs = lowerPairs(given, { anchors: anchors.shape[0]! });
  const lambda = lambdaOf(inputs, given, pairs);
  const normalizeBeforeMixing = params['normalize_before_mixing'] as boolean;
  const outputs = Object.entries(params['losses'] as Record<string, Record<string, number>>).flatMap(([name, options]) => {
    const spec = specs[name]!(options);
    const objective = (a: tf.Tensor, x: tf.Tensor): ReturnType<typeof metrixLoss> => metrixLoss(spec, a, mixEmbeddings(x, pairs, lambda, { normalizeBeforeMixing }), pairs, lambda, {
      weight: params['weight'] as number, clean: genericLoss(spec, cosineSimilarities(a, x), same),
    });
    const { aux, grads } = valueAndGrad(objective, { wrt: [0, 1] })(anchors, examples);
    return [[`${name}.clean`, aux.clean], [`${name}.mixed`, aux.mixed], [`${name}.mixed_per_anchor`, aux.perAnchor], [`${name}.grad_anchors`, grads[0]], [`${name}.grad_examples`, grads[1]]] as const;
  });
  const rows = unitRows(ofPairs(mixEmbeddings(examples, pairs, lambda, { normalizeBeforeMixing }), given, pairs));
  const ofAnchors = tf.gather(unitRows(anchors), tf.tensor1d(given.anchor, 'int32'));
  return {
    ...Object.fromEntries(outputs.map(([name, x]) => [name, read(x)])),
    mixed_similarity: read(rowProducts(rows, ofAnchors)),
    mixed_label: read(ofPairs(tf.reshape(tf.add(tf.zerosLike(tf.cast(pairs.valid, 'float32')), mixedLabels('golden', pairs, lambda)), [-1]), given, pairs)),
  };
}

function contrastiveStep({ inputs, params }: GoldenVector): Record<string, Float32Array> {
  const [embeddings, labels] = [floats(inputs, 'embeddings'), labelsOf(inputs, 'labels')];
  const given = pairsOf(inputs, params['mode'] as MixPairs['kind']);
  const pairs = lowerPairs(given, { anchors: labels.size });
  const lambda = lambdaOf(inputs, given, pairs);
  const spec = contrastive({ form: 'distance', m: params['neg_margin'] as number, positiveMargin: params['pos_margin'] as number });
  const additive = { over: 'pairs', reduction: 'avgNonZero' } as const;
  const normalizeBeforeMixing = params['normalize_before_mixing'] as boolean;
  const mixtures = (e: tf.Tensor): tf.Tensor => mixEmbeddings(e, pairs, lambda, { normalizeBeforeMixing });
  const side = (part: Partial<LossSpec>): Float32Array => read(metrixLoss({ ...spec, ...part }, embeddings, mixtures(embeddings), pairs, lambda, additive).mixed);
  const { value, aux, grads } = valueAndGrad((e: tf.Tensor) => metrixLoss(spec, e, mixtures(e), pairs, lambda, {
    ...additive, weight: params['weight'] as number, clean: batchLoss(spec, e, labels, additive).loss,
  }))(embeddings);
  const nothing = (d: tf.Tensor): tf.Tensor => tf.zerosLike(d);
  const anchors = tf.gather(unitRows(embeddings), tf.tensor1d(given.anchor, 'int32'));
  return {
    clean_loss: read(aux.clean), loss: read(value), grad_embeddings: read(grads),
    mixed_distance: read(rowDistances(anchors, ofPairs(unitRows(mixtures(embeddings)), given, pairs))),
    mixed_positive_loss: side({ rhoNeg: nothing }), mixed_negative_loss: side({ rhoPos: nothing }),
  };
}

function featureMixing({ inputs, params }: GoldenVector): Record<string, Float32Array> {
  const [maps, bias, given] = [floats(inputs, 'feature_maps'), floats(inputs, 'bias'), pairsOf(inputs)];
  const weights = tf.transpose(floats(inputs, 'weight'));
  const pairs = lowerPairs(given, { anchors: maps.shape[0]! });
  const lambda = lambdaOf(inputs, given, pairs);
  const spec = contrastive({ form: 'distance', m: params['neg_margin'] as number });
  const head = (x: tf.Tensor): tf.Tensor => maxAvgPoolHead(x as tf.Tensor4D, weights, bias);
  const { aux, grads } = valueAndGrad((x: tf.Tensor) => {
    const [anchors, mixed] = [head(x), head(mixRows(x, pairs, lambda))];
    return { ...metrixLoss(spec, anchors, mixed, pairs, lambda, { over: 'pairs', reduction: 'avgNonZero', weight: 1 }), anchors, embedded: mixed };
  })(maps);
  const [anchors, mixed] = [tf.gather(aux.anchors, tf.tensor1d(given.anchor, 'int32')), ofPairs(aux.embedded, given, pairs)];
  return { anchor_embeddings: read(anchors), mixed_embeddings: read(mixed), mixed_distance: read(rowDistances(anchors, mixed)), mixed_loss: read(aux.mixed), grad_feature_maps: read(grads) };
}

const onPlainBackEnd = (handler: (vector: GoldenVector) => ReturnType<GoldenHandler>): GoldenHandler => async (vector) => {
  await tf.setBackend(plainBackEnd);
  return handler(vector);
};

/** The generic loss, and Metrix. */
export const metrixHandlers: Readonly<Record<string, GoldenHandler>> = {
  metrix_generic: onPlainBackEnd(generic),
  metrix_contrastive: onPlainBackEnd(contrastiveStep),
  metrix_feature_mixing: onPlainBackEnd(featureMixing),
};
