import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from '../stop-gradient.ts';
import { type Attributes, type GradientTable, gradient, kernel, listGradient, unbroadcast } from './gradient.ts';

/** Batch norm takes statistics over batch and positions, instance norm over positions. */
const axesOf = (kind: unknown): number[] => (kind === 'batch' ? [0, 1, 2] : [1, 2]);

interface NormAttributes {
  readonly kind: 'batch' | 'instance';
  readonly epsilon: number;
}

type Tensors = Readonly<Record<string, tf.Tensor>>;

const run = (name: string, inputs: Tensors, attributes: NormAttributes): tf.Tensor[] =>
  tf.engine().runKernel<tf.Tensor[]>(name, inputs as tf.NamedTensorMap, { ...attributes });

/**
 * What a norm layer sends back, by the fused kernel. It counts as a function of dy, x and gamma: mean and variance are x's own, and their share in the derivative
 * is part of the rule of `NormTrainGrad`.
 */
function backward(dy: tf.Tensor, { x, gamma, beta }: Tensors, attributes: NormAttributes): tf.Tensor[] {
  const [, mean, variance] = run('NormTrain', { x: x!, gamma: gamma!, beta: beta! }, attributes);
  return run('NormTrainGrad', { dy, x: x!, gamma: gamma!, mean: stopGradient(mean!), variance: stopGradient(variance!) }, attributes);
}

/** The normalised input and the reciprocal of its deviation, in kernels that can be differentiated again. */
function normalised(x: tf.Tensor, { kind, epsilon }: NormAttributes): { unit: tf.Tensor; scale: tf.Tensor; average: (t: tf.Tensor) => tf.Tensor } {
  const average = (t: tf.Tensor): tf.Tensor => tf.mean(t, axesOf(kind), true);
  const centred = tf.sub(x, average(x));
  const scale = tf.rsqrt(tf.add(average(tf.square(centred)), epsilon));
  return { unit: tf.mul(centred, scale), scale, average };
}

/** t − mean(t) − unit · mean(t · unit): what is left of t once shifts and rescalings are taken out. */
const project = (t: tf.Tensor, unit: tf.Tensor, average: (t: tf.Tensor) => tf.Tensor): tf.Tensor =>
  tf.sub(tf.sub(t, average(t)), tf.mul(unit, average(tf.mul(t, unit))));

/**
 * Derivative of (dx, dgamma, dbeta) for cotangents (a, b, c), with u = gamma·dy taken apart: dx = gamma·r·P(dy), dgamma = Σ dy·x̂, dbeta = Σ dy, where
 * x̂ = (x − m)·r and P is `project`. ∂r/∂x = −r²·x̂/n and ∂(mean(t·x̂))/∂x = r/n·P(t) give the rest.
 */
const normTrainGradRule = listGradient<NormAttributes>(['dy', 'x', 'gamma'], (cotangents, { dy, x, gamma }, attributes) => {
  const [a, b, c] = cotangents as [tf.Tensor, tf.Tensor, tf.Tensor];
  const parts = (): ReturnType<typeof normalised> & { pa: tf.Tensor; pdy: tf.Tensor } => {
    const made = normalised(x!, attributes);
    return { ...made, pa: project(a, made.unit, made.average), pdy: project(dy!, made.unit, made.average) };
  };
  return {
    dy: () => {
      const { unit, scale, pa } = parts();
      return tf.add(tf.mul(tf.mul(gamma!, scale), pa), tf.add(tf.mul(b, unit), c));
    },
    gamma: () => {
      const { scale, pdy } = parts();
      return unbroadcast(tf.mul(a, tf.mul(scale, pdy)), gamma!.shape);
    },
    x: () => {
      const { unit, scale, average, pa, pdy } = parts();
      const [ma, mdy] = [average(tf.mul(a, unit)), average(tf.mul(dy!, unit))];
      const spread = average(tf.mul(a, pdy));
      const inner = tf.add(tf.add(tf.mul(unit, spread), tf.mul(mdy, pa)), tf.mul(ma, pdy));
      return tf.sub(tf.mul(tf.mul(b, scale), pdy), tf.mul(tf.mul(gamma!, tf.square(scale)), inner));
    },
  };
});

function softmaxKernel(logits: tf.Tensor, dim: number): tf.Tensor {
  return kernel('Softmax', { logits }, { dim });
}

/** Norm layers and the soft maximum. */
export const normalisationGradients: GradientTable = {
  NormTrain: listGradient<NormAttributes>(['x', 'gamma', 'beta'], (dys, inputs, attributes) => ({
    x: () => backward(dys[0]!, inputs, attributes)[0]!,
    gamma: () => backward(dys[0]!, inputs, attributes)[1]!,
    beta: () => backward(dys[0]!, inputs, attributes)[2]!,
  })),
  NormTrainGrad: normTrainGradRule,
  FusedBatchNorm: gradient<{ varianceEpsilon: number }>(['x', 'mean', 'variance', 'scale'], (dy, { x, mean, variance, scale }, { varianceEpsilon }) => {
    const inverse = (): tf.Tensor => tf.rsqrt(tf.add(variance!, varianceEpsilon));
    const scaled = (): tf.Tensor => (scale ? tf.mul(dy, scale) : dy);
    const centred = (): tf.Tensor => tf.sub(x!, mean!);
    return {
      x: () => tf.mul(scaled(), inverse()),
      mean: () => unbroadcast(tf.neg(tf.mul(scaled(), inverse())), mean!.shape),
      variance: () => {
        const r = inverse();
        return unbroadcast(tf.mul(tf.mul(scaled(), centred()), tf.mul(-0.5, tf.mul(r, tf.square(r)))), variance!.shape);
      },
      scale: () => unbroadcast(tf.mul(dy, tf.mul(centred(), inverse())), scale!.shape),
      offset: () => unbroadcast(dy, mean!.shape),
    };
  }),
  LogSoftmax: gradient<{ axis: number }>(['logits'], (dy, { logits }, { axis }) => ({
    logits: () => tf.sub(dy, tf.mul(tf.sum(dy, axis, true), tf.exp(kernel('LogSoftmax', { logits: logits! }, { axis } as Attributes)))),
  })),
  Softmax: gradient<{ dim: number }>(['logits'], (dy, { logits }, { dim }) => ({
    logits: () => {
      const y = softmaxKernel(logits!, dim);
      const weighted = tf.mul(dy, y);
      return tf.sub(weighted, tf.mul(y, tf.sum(weighted, dim, true)));
    },
  })),
};
