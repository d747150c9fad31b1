import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { toTf } from '@mixwell/tensor/tf';
import { runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll } from 'vitest';
import { applyPlan, attentivemixPlan, cutmixBox, guidedmixupPlan, type Plan, saliencymixPlan, snapmixPlan, type SnapmixOptions, weightMap } from '../index.ts';
import { classActivationMap } from '../tf.ts';
import { guidedMaps } from './guidedmixup.ts';
import { distances } from './pairing.ts';

beforeAll(async () => {
  await tf.setBackend(plainBackEnd);
});

interface Params {
  readonly saliencymix: { readonly lam: number };
  readonly attentivemix: { readonly top_k: number };
  readonly guidedmix: { readonly kernel: number; readonly sigma: number };
  readonly snapmix: Readonly<Record<'lam_target' | 'lam_source', number>> & Readonly<Record<'target_center' | 'source_center', [number, number]>> & Required<Pick<SnapmixOptions, 'sameLabel'>>;
}

const labelWeights = ({ labelWeights: weights }: Plan, j: number): Float32Array => weights.filter((_, i) => i % 2 === j);

/** What source j weighs at each pixel. */
const weightsOf = (plan: Plan, shape: readonly number[], j: number): HostTensor<'float32'> =>
  hostTensor('float32', shape, weightMap(plan, shape.at(-2)!, shape.at(-1)!).data.filter((_, i) => i % 2 === j));

runGolden('mixing-policies', import.meta.url, {
  saliency_guided({ inputs, params }) {
    const { x, perm, saliency_map: map, attentive_features: features, guided_raw_saliency: raw, snap_features: snapFeatures, snap_fc_weight: weights, snap_fc_bias: bias, labels_a: labels } = inputs;
    const { saliencymix, attentivemix, guidedmix, snapmix } = params as unknown as Params;
    const [rows, height, width] = x.shape as [number, number, number];
    const [partner, batch] = [perm.data, { rows, height, width, labels }];
    // the map belongs to the partner of the first image, the only one whose map counts
    const maps = hostTensor('float32', [rows, height, width], Float32Array.from({ length: rows * height * width }, (_, i) => map.data[i % (height * width)]));
    const salient = saliencymixPlan({ ...batch, saliency: maps }, { partner, lambda: saliencymix.lam, quantise: 'uint8' });

    const attention = hostTensor('float32', features.shape.slice(0, 3), tf.mean(toTf(features), -1).dataSync<'float32'>());
    const attentive = attentivemixPlan({ ...batch, attention }, { partner, topK: attentivemix.top_k });

    const guidedBatch = { ...batch, saliency: raw };
    const blurred = guidedMaps('golden', guidedBatch, guidedmix);
    const guided = guidedmixupPlan(guidedBatch, guidedmix);

    const activation = classActivationMap({ features: toTf(snapFeatures), weights: toTf(weights), bias: toTf(bias), labels: toTf(labels), height, width });
    const semantic = hostTensor('float32', activation.shape, activation.dataSync<'float32'>());
    const box = (lambda: number, centre: [number, number]) => [cutmixBox(height, width, lambda, centre).box];
    const snap = snapmixPlan({ ...batch, saliency: semantic }, {
      partner, boxes: box(snapmix.lam_target, snapmix.target_center), crops: box(snapmix.lam_source, snapmix.source_center), sameLabel: snapmix.sameLabel,
    });
    return {
      saliencymix_mask: weightsOf(salient, [height, width], 1),
      saliencymix_lam_a: salient.labelWeights[0]!,
      saliencymix_x_mixed: applyPlan(salient, x),
      attentivemix_mask: weightsOf(attentive, [rows, height, width], 0),
      attentivemix_lam_a: attentive.labelWeights[0]!,
      attentivemix_x_mixed: applyPlan(attentive, x),
      guided_blurred_normalised: hostTensor('float32', [rows, height, width], Float32Array.from(blurred.flatMap((one) => Array.from(one)))),
      guided_distance: hostTensor('float32', [rows, rows], Float32Array.from(distances(blurred))),
      guided_pair: guided.sources.filter((_, i) => i % 2 === 1),
      guided_mask: weightsOf(guided, [rows, height, width], 0),
      guided_lam_a: labelWeights(guided, 0),
      guided_x_mixed: applyPlan(guided, x),
      snap_semantic_map: semantic,
      snap_x_mixed: applyPlan(snap, x),
      snap_lam_a: labelWeights(snap, 0),
      snap_lam_b: labelWeights(snap, 1),
    };
  },
});
