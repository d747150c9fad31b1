import { softCrossEntropy } from '@mixwell/losses';
import { dMixup, mixup, noMixing, type Policy } from '@mixwell/mix-core';
import { applyMix, mixTargets } from '@mixwell/mix-core/tf';
import type { Model } from '@mixwell/models';
import type { Objective } from '@mixwell/train';
import * as tf from '@tensorflow/tfjs-core';
import type { Claim } from '../claim.ts';
import type { MixedBatch } from '../network-trainer.ts';
import { summary, type Summary } from '../over-seeds.ts';
import type { ScaledScores, Scores } from './scores.ts';

/** Without mixing, mixup of two samples, d-Mixup of three. */
export const ways = { 'ERM': noMixing, 'mixup': mixup(), 'd-Mixup, 3 points': dMixup({ points: 3 }) } as const satisfies Readonly<Record<string, Policy>>;
export type WayName = keyof typeof ways;

/** Cross entropy of mixed samples with mixed labels. */
export const mixedCrossEntropy = (model: Model): Objective<MixedBatch> => (vars, { images, labels, mix }) => {
  const { y, buffers } = model.run(vars, applyMix(mix, images), { mode: 'train' });
  return { loss: softCrossEntropy(y, mixTargets(mix, tf.oneHot(labels, model.classes, 1, 0, 'float32'))), buffers };
};

/** Scores of each way, seed by seed. */
export type Results = Readonly<Record<string, readonly ScaledScores[]>>;

export const scoreOf = (results: Results, way: string, scaling: 'none' | 'temperature', key: keyof Scores): readonly number[] => results[way]!.map((scores) => scores[scaling][key]);

const names: Readonly<Record<keyof Scores, string>> = { nll: 'NLL', ece: 'ECE', classwiseEce: 'classwise ECE', skce: 'SKCE' };

/** All ways, as they are and with temperature scaling, in every score. Only reported. */
export function scoreTable(claim: string, results: Results, seeds: readonly number[], facts: Claim['measured'] = {}): Claim {
  const rows = (Object.keys(names) as (keyof Scores)[]).flatMap((key) => Object.keys(results).flatMap((way) => (['none', 'temperature'] as const).map((scaling): [string, Summary] =>
    [`${names[key]}, ${way}${scaling === 'none' ? '' : ' + temperature'}`, summary(scoreOf(results, way, scaling, key))])));
  const fitted = Object.entries(results).map(([way, scores]): [string, Summary] => [`fitted temperature, ${way}`, summary(scores.map((score) => score.fitted))]);
  return { claim, holds: null, measured: { ...facts, ...Object.fromEntries([...rows, ...fitted]) }, seeds };
}
