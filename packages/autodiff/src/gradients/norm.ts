import { detach } from '@mixwell/tensor/tf';
import * as tf from '@tensorflow/tfjs-core';
import { type GradientTable, multiRule, rule, type Rule } from './rule.ts';
import { runMultiKernel } from './run-kernel.ts';
import { sumTo } from './sum-to.ts';
import { zeros } from './zeros.ts';

/** 'batch' normalises a channel over all images, 'instance' each image by itself. */
export type NormKind = 'batch' | 'instance';

/** Attributes of the fused norms `NormTrain` and `NormTrainGrad`, which a back end may have. */
interface NormAttributes {
  readonly kind: NormKind;
  readonly epsilon: number;
}

/** The axes of NHWC images over which statistics are taken. */
export const statisticAxes: Readonly<Record<NormKind, number[]>> = { batch: [0, 1, 2], instance: [1, 2] };

interface NormGradient {
  readonly dx: tf.Tensor;
  readonly dgamma: tf.Tensor;
  readonly dbeta: tf.Tensor;
}

/** Gradients by x, gamma and beta. The kernel is given the statistics as numbers; its rule knows that they are functions of x. */
function normGradient(dy: tf.Tensor, { x, gamma, mean, variance }: Readonly<Record<'x' | 'gamma' | 'mean' | 'variance', tf.Tensor>>, attrs: NormAttributes): NormGradient {
  const [dx, dgamma, dbeta] = runMultiKernel('NormTrainGrad', { dy, x, gamma, mean: detach(mean), variance: detach(variance) }, attrs) as [tf.Tensor, tf.Tensor, tf.Tensor];
  return { dx, dgamma, dbeta };
}

/** x in units of its deviation, and the reciprocal of that, as functions of x. */
function normalised(x: tf.Tensor, { kind, epsilon }: NormAttributes): { unit: tf.Tensor; r: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, statisticAxes[kind], true));
  const r = tf.rsqrt(tf.add(tf.mean(tf.square(centred), statisticAxes[kind], true), epsilon));
  return { unit: tf.mul(centred, r), r };
}

/**
 * Only y has a gradient here: `normTrain` gives the statistics gradients of their own, so that they cost nothing where a loss does not
 * use them. The statistics are saved as results, off the tape, which is where `NormTrainGrad` wants them.
 */
const normTrain: Rule = {
  inputsToSave: ['x', 'gamma'],
  outputsToSave: [false, true, true],
  gradFunc: (dys, [x, gamma, mean, variance], attrs) => {
    const { dx, dgamma, dbeta } = normGradient([dys].flat()[0]!, { x: x!, gamma: gamma!, mean: mean!, variance: variance! }, attrs as unknown as NormAttributes);
    return { x: () => dx, gamma: () => dgamma, beta: () => dbeta };
  },
};

/**
 * L = ⟨A, dx⟩ + ⟨B, dgamma⟩ + ⟨C, dbeta⟩ by dy, x and gamma, where with M elements per statistic, x̂ = (x − mean)·r, p = ΣA·x̂, q = Σdy·x̂:
 * ⟨A, dx⟩ = γ·r·T, T = ΣA·dy − ΣA·Σdy/M − p·q/M. As a function of dy it is symmetric; x enters through x̂ and r.
 */
const normTrainGradient: Rule = multiRule(['dy', 'x', 'gamma', 'mean', 'variance'], (dys, operands, attrs: NormAttributes) => {
  const [a, b, c] = dys as readonly [tf.Tensor, tf.Tensor, tf.Tensor];
  const { dy, x, gamma, mean, variance } = operands;
  const sum = (t: tf.Tensor): tf.Tensor => tf.sum(t, statisticAxes[attrs.kind], true);
  const withoutScale = (upstream: tf.Tensor): tf.Tensor => normGradient(upstream, { x, gamma: tf.onesLike(gamma), mean, variance }, attrs).dx;
  return {
    dy: () => tf.add(normGradient(a, { x, gamma, mean, variance }, attrs).dx, tf.add(tf.mul(b, normalised(x, attrs).unit), c)),
    x: () => {
      const { unit, r } = normalised(x, attrs);
      const share = mean.size / x.size;
      const p = sum(tf.mul(a, unit));
      const q = sum(tf.mul(dy, unit));
      const scale = tf.mul(tf.mul(gamma, r), share);
      const byUnit = tf.sub(tf.mul(b, dy), tf.mul(scale, tf.add(tf.mul(q, a), tf.mul(p, dy))));
      const t = tf.sub(sum(tf.mul(a, dy)), tf.mul(tf.add(tf.mul(sum(a), sum(dy)), tf.mul(p, q)), share));
      return tf.sub(withoutScale(byUnit), tf.mul(tf.mul(tf.mul(scale, r), t), unit));
    },
    gamma: () => sumTo(tf.mul(a, withoutScale(dy)), gamma.shape),
    mean: () => zeros(mean.shape),
    variance: () => zeros(variance.shape),
  };
});

/** Norms. `FusedBatchNorm` takes its statistics from elsewhere, `NormTrain` from x. */
export const normGradients: GradientTable = {
  FusedBatchNorm: rule(['x', 'mean', 'variance', 'scale', 'offset'], (dy, { x, mean, variance, scale, offset }, { varianceEpsilon }: { varianceEpsilon: number }) => {
    const r = (): tf.Tensor => tf.rsqrt(tf.add(variance, varianceEpsilon));
    const byScaled = (): tf.Tensor => tf.mul(dy, tf.mul(scale, r()));
    return {
      x: () => sumTo(byScaled(), x.shape),
      mean: () => sumTo(tf.neg(byScaled()), mean.shape),
      variance: () => sumTo(tf.mul(byScaled(), tf.mul(tf.sub(x, mean), tf.mul(tf.square(r()), -0.5))), variance.shape),
      scale: () => sumTo(tf.mul(dy, tf.mul(tf.sub(x, mean), r())), scale.shape),
      offset: () => sumTo(dy, offset.shape),
    };
  }),
  NormTrain: normTrain,
  NormTrainGrad: normTrainGradient,
};
