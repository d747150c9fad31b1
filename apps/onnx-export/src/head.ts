import { applyCalibrator, type Calibrator } from '@mixwell/calibration';
import { hostTensor, toHost } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import type { ExportSource } from './source/source.ts';

/** What is put behind the network's logits. */
export interface HeadOptions {
  /** Logits are divided by it: the temperature of a calibration. Default 1. */
  readonly temperature?: number;
  /** Whether the output is softmax over the last axis instead of logits. Default false. */
  readonly softmax?: boolean;
  /** A fitted calibrator of `@mixwell/calibration`, instead of a temperature and a softmax: the output is its probabilities. Default: none. */
  readonly calibrator?: Calibrator;
}

/** @throws {RangeError} where the temperature is no number above 0, or the network has no logits to put anything behind */
export function checkHead(source: ExportSource, { temperature = 1, softmax = false, calibrator }: HeadOptions): void {
  if (!(temperature > 0 && temperature < Infinity)) throw new RangeError(`exportOnnx: temperature must be a number > 0, got ${temperature}`);
  if (calibrator && (temperature !== 1 || softmax)) throw new RangeError('exportOnnx: calibrator must not be given together with temperature or softmax, which it replaces');
  if (temperature === 1 && !softmax && !calibrator) return;
  if (source.outputs.length > 1) throw new RangeError(`exportOnnx: softmax, temperature and calibrator need a model of one output, got ${source.outputs.join(', ')}`);
  if (source.endsInProbabilities) throw new RangeError(`exportOnnx: softmax, temperature and calibrator need logits, but ${source.name} gives probabilities already`);
}

/** Logits / temperature. Without a temperature the very tensor that went in. */
export function temper(logits: tf.Tensor, { temperature = 1 }: HeadOptions): tf.Tensor {
  return temperature === 1 ? logits : tf.div(logits, temperature);
}

/** The output of the traced part of the file, of the network's output: all but the calibrator, whose operators are appended. */
export function applyHead(logits: tf.Tensor, head: HeadOptions): tf.Tensor {
  const tempered = temper(logits, head);
  return head.softmax ? tf.softmax(tempered) : tempered;
}

/** The output of the file, of the network's output. */
export function headOutput(logits: tf.Tensor, head: HeadOptions): tf.Tensor {
  if (!head.calibrator) return applyHead(logits, head);
  const { shape, data } = applyCalibrator(head.calibrator, { logits: toHost(logits) });
  return toTf(hostTensor('float32', shape, Float32Array.from(data)));
}

/** Whether the output is probabilities that are made of logits. */
export const givesProbabilities = ({ softmax = false, calibrator }: HeadOptions): boolean => softmax || calibrator !== undefined;
