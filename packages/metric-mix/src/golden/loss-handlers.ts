import type { GoldenHandler, GoldenVector } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import {
  arcFaceLoss, batchEasySemihardMiner, batchHardMiner, circleLoss, contrastiveLoss, cosFaceLoss, distanceWeights, generalizedLiftedStructureLoss, hardestNegatives, liftedStructureLoss, marginLoss,
  multiSimilarityLoss, multiSimilarityMiner, ncaLoss, normalizedSoftmaxLoss, nPairsLoss, ntXentLoss, pairMarginMiner, type PairMasks, proxyAnchorLoss, proxyNcaLoss, softTripleLoss, supConLoss,
  tripletMarginLoss, tripletMarginMiner, tripletMask,
} from '../tf.ts';

type Inputs = GoldenVector['inputs'];
type PairLoss = (embeddings: tf.Tensor, labels: tf.Tensor1D) => tf.Tensor;
type ProxyLoss = (embeddings: tf.Tensor, labels: tf.Tensor1D, proxies: tf.Tensor) => tf.Tensor;

const floats = (inputs: Inputs, name: string): tf.Tensor2D => tf.tensor2d(Array.from(inputs[name]!.data, Number), inputs[name]!.shape as [number, number]);
const integers = (inputs: Inputs, name: string): tf.Tensor1D => tf.tensor1d(Int32Array.from(inputs[name]!.data as ArrayLike<number>), 'int32');
const read = (x: tf.Tensor): Float32Array => x.dataSync<'float32'>();
const bits = (x: tf.Tensor): Int32Array => Int32Array.from(x.dataSync());

/** Indices of what is true, [count, rank], in order. */
function placesOf(mask: tf.Tensor): Int32Array {
  const { shape } = mask;
  const places = Array.from(mask.dataSync()).flatMap((value, place) => (value ? [place] : []));
  return Int32Array.from(places.flatMap((place) => shape.map((size, axis) => Math.floor(place / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % size)));
}

/** Anchor, positive and negative of masks that have one of each in a row. */
function tripletsOf({ positive, negative }: PairMasks): Int32Array {
  const [p, n] = [positive.arraySync(), negative.arraySync()];
  return Int32Array.from(p.flatMap((row, a) => (row.includes(1) && n[a]!.includes(1) ? [a, row.indexOf(1), n[a]!.indexOf(1)] : [])));
}

/** Pair losses, proxy losses and miners. */
export const lossHandlers: Readonly<Record<string, GoldenHandler>> = {
  async pair_losses({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const [labels, embeddings] = [integers(inputs, 'labels'), floats(inputs, 'embeddings')];
    const list = (name: string): [number, number, number] => params[name] as [number, number, number];
    const number = (name: string): number => params[name] as number;
    const losses: Record<string, PairLoss> = {
      contrastive: (e, y) => contrastiveLoss(e, y, { positiveMargin: list('contrastive')[0], negativeMargin: list('contrastive')[1] }),
      triplet: (e, y) => tripletMarginLoss(e, y, { margin: number('triplet') }),
      margin: (e, y) => marginLoss(e, y, { beta: list('margin')[0], margin: list('margin')[1] }),
      n_pairs: nPairsLoss,
      lifted: (e, y) => liftedStructureLoss(e, y, { margin: number('lifted') }),
      generalized_lifted: (e, y) => generalizedLiftedStructureLoss(e, y, { margin: number('lifted') }),
      ntxent: (e, y) => ntXentLoss(e, y, { temperature: number('ntxent') }),
      supcon: (e, y) => supConLoss(e, y, { temperature: number('supcon') }),
      multi_similarity: (e, y) => multiSimilarityLoss(e, y, { alpha: list('ms')[0], beta: list('ms')[1], base: list('ms')[2] }),
      circle: (e, y) => circleLoss(e, y, { margin: list('circle')[0], scale: list('circle')[1] }),
      nca: (e, y) => ncaLoss(e, y, { scale: number('nca') }),
    };
    return Object.fromEntries(Object.entries(losses).flatMap(([name, loss]) => {
      const { value, grad } = tf.valueAndGrad((e: tf.Tensor) => loss(e, labels))(embeddings);
      return [[`${name}.loss`, read(value)], [`${name}.grad`, read(grad)]];
    }));
  },
  async proxy_losses({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const labels = integers(inputs, 'labels');
    const of = (name: string): Record<string, number> => params[name] as Record<string, number>;
    const losses: Record<string, [proxies: string, loss: ProxyLoss]> = {
      proxy_anchor: ['proxies', (e, y, p) => proxyAnchorLoss(e, y, p, { margin: of('proxy_anchor')['margin']!, scale: of('proxy_anchor')['alpha']! })],
      proxy_nca: ['proxies', (e, y, p) => proxyNcaLoss(e, y, p, { scale: params['proxy_nca'] as number })],
      soft_triple: ['centers', (e, y, p) => {
        const { centers, la, gamma, margin } = of('soft_triple') as { centers: number; la: number; gamma: number; margin: number };
        return softTripleLoss(e, y, p, { perClass: centers, scale: la, gamma, margin });
      }],
      arcface: ['proxies', (e, y, p) => arcFaceLoss(e, y, p, { marginDegrees: of('arcface')['margin_degrees']!, scale: of('arcface')['scale']! })],
      cosface: ['proxies', (e, y, p) => cosFaceLoss(e, y, p, of('cosface'))],
      normalized_softmax: ['proxies', (e, y, p) => normalizedSoftmaxLoss(e, y, p, { temperature: params['normalized_softmax'] as number })],
    };
    return Object.fromEntries(Object.entries(losses).flatMap(([name, [proxies, loss]]) => {
      const { value, grads } = tf.valueAndGrads((e: tf.Tensor, p: tf.Tensor) => loss(e, labels, p) as tf.Scalar)([floats(inputs, 'embeddings'), floats(inputs, proxies)]);
      return [[`${name}.loss`, read(value)], [`${name}.grad_embeddings`, read(grads[0]!)], [`${name}.grad_proxies`, read(grads[1]!)]];
    }));
  },
  async miners({ inputs, params }) {
    await tf.setBackend(plainBackEnd);
    const [labels, embeddings] = [integers(inputs, 'labels'), floats(inputs, 'embeddings')];
    const mined = multiSimilarityMiner(embeddings, labels, { epsilon: params['epsilon'] as number });
    const [positiveMargin, negativeMargin] = params['pair_margins'] as [number, number];
    const byMargin = pairMarginMiner(embeddings, labels, { positiveMargin, negativeMargin });
    const triplets = (['all', 'hard', 'semihard', 'easy'] as const).map((kind) => {
      const mine = tripletMarginMiner({ kind, margin: params['triplet_margin'] as number });
      return [`triplet_margin_${kind}`, placesOf(tripletMask(embeddings, labels, mine))];
    });
    return {
      multi_similarity_positive_mask: bits(mined.positive),
      multi_similarity_negative_mask: bits(mined.negative),
      multi_similarity_loss_on_mined: read(multiSimilarityLoss(embeddings, labels, { pairs: mined })),
      ...Object.fromEntries(triplets) as Record<string, Int32Array>,
      batch_hard: tripletsOf(batchHardMiner(embeddings, labels)),
      easy_positive_semihard_negative: tripletsOf(batchEasySemihardMiner(embeddings, labels)),
      hardest_two_negatives: bits(hardestNegatives(embeddings, labels, 2).indices),
      pair_margin_positive_mask: bits(byMargin.positive),
      pair_margin_negative_mask: bits(byMargin.negative),
      distance_weighted_probabilities: read(distanceWeights(embeddings, labels, { cutoff: params['cutoff'] as number, farthest: params['nonzero_loss_cutoff'] as number })),
    };
  },
};
