import * as tf from '@tensorflow/tfjs-core';
import { batchNormTrain, instanceNorm } from '@mixwell/autodiff';
import type { StateDict } from '@mixwell/tensor';
import type { Layer, Mode } from './layer.ts';
import { ones, zeros, type DiskLayout, type VariableSpec } from './variable.ts';

/**
 * - `batch`: over batch and positions (Ioffe, Szegedy 2015, arXiv 1502.03167)
 * - `instance`: over positions, per image and channel (Ulyanov et al. 2016, arXiv 1607.08022)
 * - `group`: over positions and the channels of one of four groups (Wu, He 2018, arXiv 1803.08494)
 * - `layer`: over positions and channels, with a scale per place (Ba et al. 2016, arXiv 1607.06450)
 * - `none`: no norm layer at all
 */
export type NormKind = 'batch' | 'instance' | 'group' | 'layer' | 'none';

/** The norms of maps, and layer norm of tokens: over the channels of one token, with a scale per channel. */
export type NormCallKind = Exclude<NormKind, 'none'> | 'token';

/** One norm layer at work: all that an injected norm gets to see. */
export interface NormCall {
  /** Full name of the layer, `layer1.0.bn1`. */
  readonly layer: string;
  readonly kind: NormCallKind;
  /** [batch, height, width, channels]; of kind 'token' [batch, tokens, channels], or their mean [batch, channels] */
  readonly x: tf.Tensor;
  /** Scale: [channels], for layer norm [height, width, channels]. */
  readonly gamma: tf.Tensor;
  /** Offset, shaped as gamma. */
  readonly beta: tf.Tensor;
  /** The layer's buffers without its name: `running_mean`, `running_var`, and any that an injected norm keeps there, `unmix.…`. */
  readonly buffers: StateDict<tf.Tensor>;
  readonly epsilon: number;
  /** Weight of the new value in a running statistic. */
  readonly momentum: number;
  readonly mode: Mode;
  /** Whether buffers are to be returned moved on. */
  readonly updateBuffers: boolean;
}

export interface NormResult {
  /** Shaped as x. */
  readonly y: tf.Tensor;
  /** Buffers to replace or add, named as in the call. Default: none. */
  readonly buffers?: StateDict<tf.Tensor>;
}

/** Stands in for every norm layer of a network during one run. For layers that it leaves alone it calls `defaultNorm`. */
export type NormFunction = (call: NormCall) => NormResult;

const GROUPS = 4;

function runningOf({ layer, buffers }: NormCall): { mean: tf.Tensor; variance: tf.Tensor } {
  const { running_mean: mean, running_var: variance } = buffers;
  if (!mean || !variance) throw new RangeError(`${layer}: batch norm needs the buffers running_mean and running_var, got ${Object.keys(buffers).join(', ') || 'none'}`);
  return { mean, variance };
}

/** Running statistics as PyTorch keeps them: the mean and the unbiased variance of the batch, mixed in with weight `momentum`. */
function moved(call: NormCall, mean: tf.Tensor, variance: tf.Tensor): StateDict<tf.Tensor> {
  const { layer, x, momentum } = call;
  const running = runningOf(call);
  const count = x.size / mean.size;
  if (count < 2) throw new RangeError(`${layer}: batch norm needs more than one value per channel to train, got x of shape [${x.shape.join(', ')}]`);
  const mix = (old: tf.Tensor, now: tf.Tensor): tf.Tensor => tf.add(tf.mul(old, 1 - momentum), tf.mul(now, momentum));
  return {
    running_mean: mix(running.mean, mean),
    running_var: mix(running.variance, tf.mul(variance, count / (count - 1))),
  };
}

function batchNorm(call: NormCall): NormResult {
  const { x, gamma, beta, epsilon, mode, updateBuffers } = call;
  if (mode === 'eval') {
    const { mean, variance } = runningOf(call);
    return { y: tf.batchNorm(x, mean, variance, beta, gamma, epsilon) };
  }
  const { y, mean, variance } = batchNormTrain(x as tf.Tensor4D, gamma as tf.Tensor1D, beta as tf.Tensor1D, epsilon);
  return updateBuffers ? { y, buffers: moved(call, mean, variance) } : { y };
}

function groupNorm({ x, gamma, beta, epsilon }: NormCall): NormResult {
  const [, height, width, channels] = x.shape as [number, number, number, number];
  const grouped = tf.reshape(x, [-1, height, width, GROUPS, channels / GROUPS]);
  const { mean, variance } = tf.moments(grouped, [1, 2, 4], true);
  const normed = tf.mul(tf.sub(grouped, mean), tf.rsqrt(tf.add(variance, epsilon)));
  return { y: tf.add(tf.mul(tf.reshape(normed, x.shape), gamma), beta) };
}

/** Layer norm over these axes, by the biased variance (Ba et al. 2016, arXiv 1607.06450). */
function layerNorm({ x, gamma, beta, epsilon }: NormCall, axes: number[]): NormResult {
  const centred = tf.sub(x, tf.mean(x, axes, true));
  const variance = tf.mean(tf.square(centred), axes, true);
  return { y: tf.add(tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta) };
}

/** What a norm layer does unless another function is injected. */
export function defaultNorm(call: NormCall): NormResult {
  switch (call.kind) {
    case 'batch': return batchNorm(call);
    case 'instance': return { y: instanceNorm(call.x as tf.Tensor4D, call.gamma as tf.Tensor1D, call.beta as tf.Tensor1D, call.epsilon) };
    case 'group': return groupNorm(call);
    case 'layer': return layerNorm(call, [1, 2, 3]);
    case 'token': return layerNorm(call, [-1]);
  }
}

interface NormLayerOptions {
  /** Of scale and offset. */
  readonly shape: readonly number[];
  readonly layout: DiskLayout;
  readonly epsilon: number;
}

function normLayer(layer: string, kind: NormCallKind, { shape, layout, epsilon }: NormLayerOptions): Layer {
  const variable = (name: string, spec: Pick<VariableSpec, 'kind' | 'init'>): VariableSpec => ({ name: `${layer}.${name}`, shape, layout, ...spec });
  const parameters = [variable('weight', { kind: 'parameter', init: ones }), variable('bias', { kind: 'parameter', init: zeros })];
  const buffers = [variable('running_mean', { kind: 'buffer', init: zeros }), variable('running_var', { kind: 'buffer', init: ones })];
  return {
    variables: kind === 'batch' ? [...parameters, ...buffers] : parameters,
    apply(x, context) {
      const { y, buffers: changes } = context.norm({
        layer, kind, x,
        gamma: context.parameter(`${layer}.weight`),
        beta: context.parameter(`${layer}.bias`),
        buffers: context.buffersOf(layer),
        epsilon,
        momentum: 0.1,
        mode: context.mode,
        updateBuffers: context.updateBuffers,
      });
      if (changes) context.setBuffers(layer, changes);
      return y;
    },
  };
}

/** A norm layer on maps [height, width, channels], with PyTorch's epsilon 1e-5 and momentum 0.1. */
export function norm(layer: string, kind: Exclude<NormKind, 'none'>, [height, width, channels]: readonly [number, number, number]): Layer {
  if (kind === 'group' && channels % GROUPS !== 0) throw new RangeError(`${layer}: group norm needs a multiple of ${GROUPS} channels, got ${channels}`);
  const isMap = kind === 'layer';
  return normLayer(layer, kind, { shape: isMap ? [height, width, channels] : [channels], layout: isMap ? { map: [channels, height, width] } : 'plain', epsilon: 1e-5 });
}

/** Layer norm of the channels of each token, with the epsilon of vision transformers, 1e-6. */
export const tokenNorm = (layer: string, channels: number): Layer => normLayer(layer, 'token', { shape: [channels], layout: 'plain', epsilon: 1e-6 });
