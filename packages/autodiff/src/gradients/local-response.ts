import * as tf from '@tensorflow/tfjs-core';
import { composed } from './composed.ts';
import type { GradientTable } from './rule.ts';

interface LocalResponseAttributes {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** x·(bias + α·Σx²)^(−β), summed over neighbouring channels: a product with a band of ones. */
function localResponse({ x }: { x: tf.Tensor }, { depthRadius, bias, alpha, beta }: LocalResponseAttributes): tf.Tensor {
  const channels = x.shape.at(-1)!;
  const isNear = (i: number): boolean => Math.abs(Math.floor(i / channels) - (i % channels)) <= depthRadius;
  const band = tf.tensor2d(Array.from({ length: channels * channels }, (_, i) => Number(isNear(i))), [channels, channels]);
  const rows = tf.reshape(x, [x.size / Math.max(1, channels), channels]);
  const scale = tf.pow(tf.add(tf.mul(tf.matMul(tf.square(rows), band), alpha), bias), -beta);
  return tf.reshape(tf.mul(rows, scale), x.shape);
}

/** Local response normalisation over channels. */
export const localResponseGradients: GradientTable = { LRN: composed(['x'], localResponse) };
