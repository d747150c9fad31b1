import * as tf from '@tensorflow/tfjs-core';
import { checkImageOptions, checkWhole, type MapShape } from '../check-options.ts';
import { gelu } from '../gelu.ts';
import { residual, sequential, stateless, type Layer } from '../layer.ts';
import { linear } from '../layers.ts';
import { defineModel, type Model, type Stage } from '../model.ts';
import { tokenNorm } from '../norm.ts';
import { attention } from './attention.ts';
import { patchEmbedding } from './patch-embedding.ts';

export interface VitOptions {
  /** Height and width are multiples of `patch`. */
  readonly inputShape: MapShape;
  readonly classes: number;
  /** Side of the square patches. Default 16. */
  readonly patch?: number;
  /** Channels of a token. Default 192. */
  readonly dim?: number;
  /** Number of blocks. Default 12. */
  readonly depth?: number;
  /** Heads of each attention; divides dim. Default dim / 64. */
  readonly heads?: number;
  /** Channels within each block's MLP, in units of dim. Default 4. */
  readonly mlpRatio?: number;
  /** Whether a trained token carries the class; else logits are read off the mean of all tokens. Default true. */
  readonly classToken?: boolean;
  /** Whether there is DeiT's distillation token with a head of its own; logits are the mean of both heads. Default false. */
  readonly distilled?: boolean;
}

type Resolved = Required<VitOptions>;

function resolve(name: string, options: VitOptions): Resolved {
  checkImageOptions(name, options);
  const { inputShape, classes, patch = 16, dim = 192, depth = 12, heads = dim / 64, mlpRatio = 4, classToken = true, distilled = false } = options;
  for (const [argument, value] of Object.entries({ patch, dim, depth, heads })) checkWhole(name, argument, value);
  if (inputShape[0] % patch !== 0 || inputShape[1] % patch !== 0) throw new RangeError(`${name}: patch must divide height and width, ${inputShape[0]}x${inputShape[1]}, got ${patch}`);
  if (dim % heads !== 0) throw new RangeError(`${name}: heads must divide dim, ${dim}, got ${heads}`);
  checkWhole(name, 'dim times mlpRatio', dim * mlpRatio);
  if (distilled && !classToken) throw new RangeError(`${name}: classToken must be true where distilled is, got false`);
  return { inputShape, classes, patch, dim, depth, heads, mlpRatio, classToken, distilled };
}

/** Attention and an MLP, each behind a norm and added to what went in. */
function block(index: number, tokens: number, { dim, heads, mlpRatio }: Resolved): Layer {
  const name = `blocks.${index}`;
  const hidden = dim * mlpRatio;
  const mlp = sequential(
    linear(`${name}.mlp.fc1`, { inputs: dim, outputs: hidden, init: 'narrow' }),
    stateless(gelu),
    linear(`${name}.mlp.fc2`, { inputs: hidden, outputs: dim, init: 'narrow' }),
  );
  return sequential(
    residual(sequential(tokenNorm(`${name}.norm1`, dim), attention(`${name}.attn`, { dim, heads, tokens, tap: `block${index + 1}.attention` }))),
    residual(sequential(tokenNorm(`${name}.norm2`, dim), mlp)),
  );
}

/** [batch, tokens, dim] → token `index` of each image, [batch, dim]. */
const tokenAt = (x: tf.Tensor, index: number): tf.Tensor => tf.reshape(tf.slice(x, [0, index, 0], [-1, 1, -1]), [-1, x.shape[2]!]);

/** What is behind the blocks: norm, choice of tokens, dense layer. */
function classifier(tokens: number, { dim, classes, classToken }: Resolved): readonly Stage[] {
  const head = { name: 'head', inputShape: [dim], ...linear('head', { inputs: dim, outputs: classes, init: 'narrow' }) };
  // the mean is normed where there is no class token, under the name that timm has for it
  return classToken
    ? [{ name: 'norm', inputShape: [tokens, dim], ...tokenNorm('norm', dim) }, { name: 'pool', inputShape: [tokens, dim], ...stateless((x) => tokenAt(x, 0)) }, head]
    : [{ name: 'pool', inputShape: [tokens, dim], ...sequential(stateless((x) => tf.mean(x, 1)), tokenNorm('fc_norm', dim)) }, head];
}

/** As `classifier`, for two tokens and two heads whose mean is the result. */
function distilledClassifier(tokens: number, { dim, classes }: Resolved): readonly Stage[] {
  const taps = ['head.class', 'head.distillation'] as const;
  const heads = ['head', 'head_dist'].map((name) => linear(name, { inputs: dim, outputs: classes, init: 'narrow' })) as [Layer, Layer];
  const head: Layer = {
    variables: heads.flatMap((layer) => layer.variables),
    taps,
    apply(x, context) {
      const [a, b] = heads.map((layer, i) => layer.apply(tokenAt(x, i), context)) as [tf.Tensor, tf.Tensor];
      context.tap(taps[0], a);
      context.tap(taps[1], b);
      return tf.mul(tf.add(a, b), 0.5);
    },
  };
  return [
    { name: 'norm', inputShape: [tokens, dim], ...tokenNorm('norm', dim) },
    { name: 'pool', inputShape: [tokens, dim], ...stateless((x) => tf.slice(x, [0, 0, 0], [-1, 2, -1])) },
    { name: 'head', inputShape: [2, dim], ...head },
  ];
}

/** A vision transformer under the name of one of its sizes. */
export function visionTransformer(name: string, options: VitOptions): Model {
  const resolved = resolve(name, options);
  const { inputShape, classes, patch, dim, depth, classToken, distilled } = resolved;
  const prefix = [...(classToken ? ['cls_token'] : []), ...(distilled ? ['dist_token'] : [])];
  const tokens = prefix.length + (inputShape[0] / patch) * (inputShape[1] / patch);
  const stages: Stage[] = [
    { name: 'embed', inputShape, ...patchEmbedding({ inputShape, patch, dim, prefix }) },
    ...Array.from({ length: depth }, (_, i): Stage => ({ name: `block${i + 1}`, inputShape: [tokens, dim], ...block(i, tokens, resolved) })),
    ...(distilled ? distilledClassifier : classifier)(tokens, resolved),
  ];
  return defineModel({ name, options: { ...resolved }, classes, stages });
}

/**
 * Vision transformer (Dosovitskiy et al.: "An image is worth 16x16 words", ICLR 2021, arXiv 2010.11929; with `distilled` Touvron et al.:
 * "Training data-efficient image transformers", ICML 2021, arXiv 2012.12877): norms before attention and MLP with ε = 1e-6, exact GELU,
 * no dropout. Names are those of timm and DeiT; torchvision's load as well, and position embeddings of another image size are resized.
 *
 * Stages: `embed`, `block1` …, `norm` (with a class token), `pool`, `head`. Besides their outputs `tap` shows `block1.attention` …, the
 * probabilities [batch, heads, tokens, tokens] (row 0 is what the class token looks at, the patches come row by row), and with `distilled`
 * the logits of each head, `head.class` and `head.distillation`.
 *
 * @throws {RangeError} for options out of range
 */
export const vit = (options: VitOptions): Model => visionTransformer('vit', options);
