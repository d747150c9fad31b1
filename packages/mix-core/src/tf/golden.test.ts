import { valueAndGrad } from '@mixwell/autodiff';
import { toHost } from '@mixwell/tensor';
import { type GoldenOutput, type GoldenVector, runGolden } from '@mixwell/testing';
import { plainBackEnd } from '@mixwell/testing/back-end';
import * as tf from '@tensorflow/tfjs-core';
import { alignmixPlan } from '../index.ts';
import { alignFeatures, lower, sinkhornPlan } from '../tf.ts';
import { featureCosts } from './align-features.ts';

const host = (x: tf.Tensor): GoldenOutput => toHost(x);

runGolden('mixing-policies', import.meta.url, {
  async alignmix({ inputs: { x, perm, upstream }, params }: GoldenVector) {
    await tf.setBackend(plainBackEnd);
    const { lam, eps: epsilon, max_iter: sweeps } = params as { lam: number; eps: number; max_iter: number };
    const tensorOf = ({ data, shape }: { data: Float32Array; shape: readonly number[] }): tf.Tensor => tf.tensor(data, [...shape], 'float32');
    const [features, gradient] = [tensorOf(x), tensorOf(upstream)];
    const [rows, height, width, channels] = x.shape as [number, number, number, number];
    const flat = (z: tf.Tensor): tf.Tensor3D => tf.reshape(z, [rows, height * width, channels]);
    const cost = featureCosts(flat(features), flat(tf.gather(features, tf.tensor1d(perm.data, 'int32'))));
    const mixed = (z: tf.Tensor, aligned: 0 | 1): tf.Tensor =>
      alignFeatures(lower(alignmixPlan({ partner: perm.data, lambda: lam, stage: 'last', aligned })), z, { epsilon, sweeps });
    const grad = (aligned: 0 | 1): tf.Tensor => valueAndGrad((z: tf.Tensor) => tf.sum(tf.mul(mixed(z, aligned), gradient)))(features).grads;
    return {
      cost: host(cost),
      plan: host(sinkhornPlan(cost, { epsilon, sweeps })),
      mixed_dir0: host(mixed(features, 1)),
      grad_x_dir0: host(grad(1)),
      mixed_dir1: host(mixed(features, 0)),
      grad_x_dir1: host(grad(0)),
    };
  },
});
