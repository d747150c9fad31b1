import type { StateDict } from '@mixwell/tensor';
import type { Embeddings } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { checkOneOf } from '../check.ts';
import { batchLoss } from '../generic/batch-loss.ts';
import { checkSpec, type LossSpec } from '../generic/loss-spec.ts';
import type { EmbeddingsLike, LabelsLike } from '../inputs.ts';
import type { MixLambda } from './lambda.ts';
import type { LoweredPairs } from './lower-pairs.ts';
import { metrixEmbeddingLoss } from './metrix-embedding-loss.ts';
import { metrixLoss, type MetrixLoss, type MetrixLossOptions } from './metrix-loss.ts';
import { mixRows } from './mix-embeddings.ts';

/** Where examples are mixed: before the network, between backbone and head, or after it. */
export type MetrixLevel = 'input' | 'feature' | 'embedding';

/** Anchors that are not the examples themselves. */
export interface OtherAnchors {
  /** [anchors, dimensions] */
  readonly embeddings: EmbeddingsLike;
  /** int32 [anchors] */
  readonly labels: LabelsLike;
}

// a type, as `tf.tidy` returns no interfaces
/** What part of a network gives: its output, or that and its buffers (running statistics), as `model.run` of `@mixwell/models` does. */
export type PartResult = tf.Tensor | { readonly y: tf.Tensor; readonly buffers: StateDict<tf.Tensor> };

export interface MetrixObjectiveOptions<Params> extends Omit<MetrixLossOptions, 'clean' | 'anchorLabels'> {
  /** [batch, …] to features: the network up to where features are mixed. */
  readonly backbone: (params: Params, x: tf.Tensor) => PartResult;
  /** Features of any number of rows to embeddings [rows, dimensions]; their length is of no matter. Where the backbone gave buffers, these are `params.buffers`. */
  readonly head: (params: Params, features: tf.Tensor) => PartResult;
  /** Default 'embedding'. */
  readonly level?: MetrixLevel;
  /** Proxies as anchors, for `proxyAnchor`: their pairs are drawn with `anchorLabels` of `mixPairs`. Default: the examples. */
  readonly anchors?: (params: Params) => OtherAnchors;
  /** The loss of clean embeddings. Default: `batchLoss` with the same spec and reduction. */
  readonly clean?: (embeddings: Embeddings, labels: LabelsLike, params: Params) => tf.Tensor;
  /** At the level of embeddings, whether they are normalised before they are mixed. Default true. */
  readonly normalizeBeforeMixing?: boolean;
}

// a type, as compiled functions take no interfaces
export type MetrixBatch = {
  /** [batch, …] */
  readonly x: tf.Tensor;
  /** int32 [batch] */
  readonly labels: LabelsLike;
  /** Those of `mixPairs` for these labels, by `lowerPairs` with a fixed `perAnchor`. */
  readonly pairs: LoweredPairs;
  /** As a tensor, so that another λ compiles nothing anew: a scalar, or [anchors · places]. */
  readonly lambda: MixLambda;
};

export type MetrixObjectiveResult = MetrixLoss & {
  /** Of the clean examples, [batch, dimensions]. */
  readonly embeddings: Embeddings;
  /** After the clean examples, where the network gives any: mixtures move no running statistics. */
  readonly buffers?: StateDict<tf.Tensor>;
};

export type MetrixObjective<Params> = (params: Params, batch: MetrixBatch) => MetrixObjectiveResult;

const outputOf = (result: PartResult): tf.Tensor => (result instanceof tf.Tensor ? result : result.y);

/** The values that the next part runs with. */
const after = <Params>(params: Params, result: PartResult): Params => (result instanceof tf.Tensor ? params : { ...params, buffers: result.buffers });

/**
 * What a training step with Metrix minimises, as a function of parameters and a batch, for `valueAndGrad` of `@mixwell/autodiff` or `makeStep` of `@mixwell/train`: the clean loss, and `weight` times that of mixtures which are made
 * at one level. Mixtures of inputs are a second forward pass of anchors · places rows, those of features one of the head alone. Everything has shapes that are fixed by the batch, so that it compiles once.
 *
 * Hard negatives need distances before pairs are drawn: compile a function of its own for the embeddings of a batch, and give its distances to `mixPairs`.
 *
 * @param spec the loss, such as `multiSimilarity()`
 * @throws {RangeError | TypeError} for another level, spec or parts; when it is called, as `metrixLoss`
 */
export function metrixObjective<Params>(spec: LossSpec, options: MetrixObjectiveOptions<Params>): MetrixObjective<Params> {
  const { backbone, head, level = 'embedding', anchors: anchorsOf, clean: cleanOf, normalizeBeforeMixing = true, ...lossOptions } = options;
  checkOneOf('metrixObjective', 'level', level, ['input', 'feature', 'embedding']);
  checkSpec('metrixObjective', spec);
  for (const [name, part] of Object.entries({ backbone, head })) {
    if (typeof part !== 'function') throw new TypeError(`metrixObjective: ${name} must be a function, got ${typeof part}`);
  }
  const { reduction, over } = lossOptions;
  return (params, { x, labels, pairs, lambda }) => tf.tidy(() => {
    const lower = backbone(params, x);
    const upper = head(after(params, lower), outputOf(lower));
    const embeddings = outputOf(upper) as Embeddings;
    const others = anchorsOf?.(params);
    const anchors = others ?? { embeddings, labels };
    const clean = cleanOf?.(embeddings, labels, params) ?? batchLoss(spec, anchors.embeddings, anchors.labels, { reduction, over, ...(others && { others: { embeddings, labels } }) }).loss;
    const all = { ...lossOptions, clean, anchorLabels: anchors.labels };
    const mixed = {
      input: () => outputOf(head(params, outputOf(backbone(params, mixRows(x, pairs, lambda))))),
      feature: () => outputOf(head(params, mixRows(outputOf(lower), pairs, lambda))),
    };
    const loss = level === 'embedding'
      ? metrixEmbeddingLoss(spec, anchors.embeddings, embeddings, pairs, lambda, { ...all, normalizeBeforeMixing })
      : metrixLoss(spec, anchors.embeddings, mixed[level](), pairs, lambda, all);
    const last = [upper, lower].find((result) => !(result instanceof tf.Tensor)) as Exclude<PartResult, tf.Tensor> | undefined;
    return { ...loss, embeddings, ...(last && { buffers: last.buffers }) };
  });
}
