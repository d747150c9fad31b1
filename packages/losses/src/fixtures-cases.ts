import { createRng, integer, normal, uniform } from '@mixwell/tensor';
import type * as tensorflow from '@tensorflow/tfjs-core';
import { definitions, type Drawn, drawn } from './fixtures.ts';
import type * as autodiff from '@mixwell/autodiff';
import type * as all from './index.ts';

/** TensorFlow.js in float32 or float64, with the losses on top. */
export type Losses = typeof all & typeof autodiff & { readonly tf: typeof tensorflow };

export const rounds = 2;

export interface BatchDrawn extends Drawn {
  /** [rounds · n, classes] */
  readonly mixed: number[][];
  /** [rounds · n] */
  readonly partners: number[];
  /** [n] in [0, 1] */
  readonly shares: number[];
  /** [n, 3] */
  readonly threeLabels: number[][];
}

export function batchOf(seed: number, n: number, classes: number, scale = 2): BatchDrawn {
  const rng = createRng(seed + 1000);
  const list = <T>(length: number, make: () => T): T[] => Array.from({ length }, make);
  return {
    ...drawn(seed, n, classes, scale),
    mixed: list(rounds * n, () => list(classes, () => normal(rng, 0, scale))),
    partners: list(rounds * n, () => integer(rng, 0, classes)),
    shares: list(n, () => uniform(rng)),
    threeLabels: list(n, () => list(3, () => integer(rng, 0, classes))),
  };
}

/** A loss and its definition in plain loops, as functions of logits and, where they are used, logits of mixed copies. */
export interface LossCase {
  readonly loss: (o: Losses, d: BatchDrawn, z: tensorflow.Tensor, mixed: tensorflow.Tensor, reduction: all.Reduction) => tensorflow.Tensor;
  /** Of each sample, in float64. */
  readonly definition: (d: BatchDrawn, z: readonly number[][], mixed: readonly number[][]) => number[];
  readonly ofMixed?: true;
}

const int = ({ tf }: Losses, values: number[]): tensorflow.Tensor1D => tf.tensor1d(values, 'int32');
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const softmax = (z: readonly number[]): number[] => definitions.logSoftmax(z).map(Math.exp);
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const ce = (z: readonly number[], label: number): number => -definitions.logSoftmax(z)[label]!;
const argMax = (z: readonly number[]): number => z.indexOf(Math.max(...z));
const each = (z: readonly number[][], value: (row: readonly number[], i: number) => number): number[] => z.map(value);

/** −ln softmax of `keep` over all classes but those that are dropped. */
const without = (z: readonly number[], keep: number, drop: readonly number[]): number => {
  const left = z.filter((_, k) => k === keep || !drop.includes(k));
  const top = Math.max(...left);
  return top + Math.log(sum(left.map((x) => Math.exp(x - top)))) - z[keep]!;
};

const focal = (z: readonly number[], label: number, gamma: number): number => {
  const logP = definitions.logSoftmax(z)[label]!;
  return -((-Math.expm1(logP)) ** gamma) * logP;
};

/** Σᵢⱼ of a kernel over top-label confidences, by its definition. */
function quadratic(u: readonly number[], r: readonly number[]): number {
  return sum(u.flatMap((a, i) => u.map((b, j) => a * b * Math.exp(-Math.abs(r[i]! - r[j]!) / 0.4))));
}

function mmce(d: BatchDrawn, z: readonly number[][], weighted: boolean): number {
  const r = z.map((row) => Math.max(...softmax(row)));
  const c = z.map((row, i) => Number(argMax(row) === d.labelsA[i]));
  const [right, wrong] = [sum(c), c.length - sum(c)];
  if (weighted && right * wrong === 0) return 0;
  const u = c.map((hit, i) => (weighted ? (hit ? (1 - r[i]!) / right : -r[i]! / wrong) : (hit - r[i]!) / c.length));
  return Math.sqrt(Math.max(quadratic(u, r), 0) + 1e-10);
}

function ndcg(d: BatchDrawn, z: readonly number[][], mixed: readonly number[][], i: number): number {
  const n = z.length;
  const lambdas = [0.8, 0.35];
  const copies = Array.from({ length: rounds }, (_, r) => {
    const relevance = d.partners[r * n + i] === d.labelsA[i] ? 1 : Math.max(lambdas[r]!, 1 - lambdas[r]!);
    return { relevance, confidence: Math.max(...softmax(mixed[r * n + i]!)) };
  }).sort((a, b) => b.relevance - a.relevance);
  const ranked = [{ relevance: 1, confidence: Math.max(...softmax(z[i]!)) }, ...copies];
  const dcg = sum(ranked.map(({ confidence }, at) => confidence / Math.log2(at + 2)));
  const idcg = sum(ranked.map(({ relevance }, at) => relevance / Math.log2(at + 2)));
  return idcg > dcg ? 1 - dcg / idcg : 1 - idcg / dcg;
}

function ranking(d: BatchDrawn, z: readonly number[][], mixed: readonly number[][], height: (row: readonly number[]) => number, margin: number): number[] {
  return each(z, (row, i) => mean(Array.from({ length: rounds }, (_, r) => {
    const at = r * z.length + i;
    return d.partners[at] === d.labelsA[i] ? 0 : Math.max(0, height(mixed[at]!) - height(row) + margin);
  })));
}

function decoupled(d: BatchDrawn, z: readonly number[], i: number, weights: readonly [number, number], purityEps = 1e-3): number {
  const [a, b, lambda] = [d.labelsA[i]!, d.labelsB[i]!, d.lambdas[i]!];
  const mixupCe = lambda * ce(z, a) + (1 - lambda) * ce(z, b);
  return a === b || Math.min(lambda, 1 - lambda) < purityEps ? mixupCe : mixupCe + weights[0] * without(z, a, [b]) + weights[1] * without(z, b, [a]);
}

const adaFocal = { edges: [0, 0.2, 0.5, 1], gammas: [2.5, -0.7, 0.4] };

const correctnessMeasures = {
  max: (p: number[]): number => Math.max(...p),
  margin: (p: number[]): number => p.toSorted((a, b) => b - a)[0]! - p.toSorted((a, b) => b - a)[1]!,
  entropy: (p: number[]): number => 1 + sum(p.map((x) => (x === 0 ? 0 : x * Math.log(x)))) / Math.log(p.length),
};

const crl = (confidence: 'max' | 'margin' | 'entropy'): LossCase => ({
  loss: (o, d, z, _, reduction) => o.correctnessRanking(z, o.tf.tensor1d(d.shares), { confidence, reduction }),
  definition: (d, z) => each(z, (row, i) => {
    const j = (i + 1) % z.length;
    const target = Math.sign(d.shares[i]! - d.shares[j]!);
    const apart = correctnessMeasures[confidence](softmax(row)) - correctnessMeasures[confidence](softmax(z[j]!));
    return target === 0 ? 0 : Math.max(0, -target * (apart - Math.abs(d.shares[i]! - d.shares[j]!) / target));
  }),
});

/** All that the existing tables of `losses.test.ts` and `gradients.test.ts` do not have. */
export const lossCases: Readonly<Record<string, LossCase>> = {
  'crossEntropy with class weights and smoothing': {
    loss: (o, d, z, _, reduction) => o.crossEntropy(z, int(o, d.labelsA), { labelSmoothing: 0.2, classWeights: o.tf.tensor1d(Array.from({ length: z.shape[1]! }, (__, k) => 1 + k / 2)), reduction }),
    definition: (d, z) => each(z, (row, i) => sum(row.map((__, k) => (1 + k / 2) * ((k === d.labelsA[i] ? 0.8 : 0) + 0.2 / row.length) * ce(row, k)))),
  },
  'mixupCrossEntropy with smoothing': {
    loss: (o, d, z, _, reduction) => o.mixupCrossEntropy(z, int(o, d.labelsA), int(o, d.labelsB), o.tf.tensor1d(d.lambdas), { labelSmoothing: 0.1, reduction }),
    definition: (d, z) => each(z, (row, i) => 0.9 * (d.lambdas[i]! * ce(row, d.labelsA[i]!) + (1 - d.lambdas[i]!) * ce(row, d.labelsB[i]!)) + 0.1 * mean(row.map((__, k) => ce(row, k)))),
  },
  'brierLoss': {
    loss: (o, d, z, _, reduction) => o.brierLoss(z, int(o, d.labelsA), { reduction }),
    definition: (d, z) => each(z, (row, i) => sum(softmax(row).map((p, k) => (p - Number(k === d.labelsA[i])) ** 2))),
  },
  'confidence': {
    loss: (o, _, z, __, reduction) => o.confidence(z, { reduction }),
    definition: (_, z) => each(z, (row) => Math.max(...softmax(row))),
  },
  'focalLoss': {
    loss: (o, d, z, _, reduction) => o.focalLoss(z, int(o, d.labelsA), { reduction }),
    definition: (d, z) => each(z, (row, i) => focal(row, d.labelsA[i]!, 3)),
  },
  'focalLoss with γ < 1': {
    loss: (o, d, z, _, reduction) => o.focalLoss(z, int(o, d.labelsA), { gamma: o.tf.scalar(0.5), reduction }),
    definition: (d, z) => each(z, (row, i) => focal(row, d.labelsA[i]!, 0.5)),
  },
  'mixupFocalLoss': {
    loss: (o, d, z, _, reduction) => o.mixupFocalLoss(z, int(o, d.labelsA), int(o, d.labelsB), o.tf.tensor1d(d.lambdas), { gamma: 2, reduction }),
    definition: (d, z) => each(z, (row, i) => d.lambdas[i]! * focal(row, d.labelsA[i]!, 2) + (1 - d.lambdas[i]!) * focal(row, d.labelsB[i]!, 2)),
  },
  'flsdLoss': {
    loss: (o, d, z, _, reduction) => o.flsdLoss(z, int(o, d.labelsA), { gamma: 2, reduction }),
    definition: (d, z) => each(z, (row, i) => {
      const p = softmax(row)[d.labelsA[i]!]!;
      return focal(row, d.labelsA[i]!, p < 0.2 ? 5 : p < 0.5 ? 3 : 2);
    }),
  },
  'adaFocalLoss': {
    loss: (o, d, z, _, reduction) => o.adaFocalLoss(z, int(o, d.labelsA), adaFocal, { reduction }),
    definition: (d, z) => each(z, (row, i) => {
      const p = softmax(row)[d.labelsA[i]!]!;
      const gamma = adaFocal.gammas[p < 0.2 ? 0 : p < 0.5 ? 1 : 2]!;
      return gamma > 0 ? focal(row, d.labelsA[i]!, gamma) : (1 + p) ** -gamma * ce(row, d.labelsA[i]!);
    }),
  },
  'entropyPenaltyLoss': {
    loss: (o, d, z, _, reduction) => o.entropyPenaltyLoss(z, int(o, d.labelsA), { weight: 0.3, reduction }),
    definition: (d, z) => each(z, (row, i) => ce(row, d.labelsA[i]!) - 0.3 * definitions.entropy(row)),
  },
  'entropyPenaltyLoss with a mean over classes': {
    loss: (o, d, z, _, reduction) => o.entropyPenaltyLoss(z, int(o, d.labelsA), { over: 'mean', reduction }),
    definition: (d, z) => each(z, (row, i) => ce(row, d.labelsA[i]!) - (0.1 * definitions.entropy(row)) / row.length),
  },
  'l1UniformLoss': {
    loss: (o, d, z, _, reduction) => o.l1UniformLoss(z, int(o, d.labelsA), { weight: 0.5, reduction }),
    definition: (d, z) => each(z, (row, i) => ce(row, d.labelsA[i]!) + 0.5 * sum(softmax(row).map((p) => Math.abs(p - 1 / row.length)))),
  },
  'mblsLoss': {
    loss: (o, d, z, _, reduction) => o.mblsLoss(z, int(o, d.labelsA), { weight: 0.4, margin: 1, reduction }),
    definition: (d, z) => each(z, (row, i) => ce(row, d.labelsA[i]!) + 0.4 * mean(row.map((x) => Math.max(0, Math.max(...row) - x - 1)))),
  },
  'mblsLoss with a weight for each class': {
    loss: (o, d, z, _, reduction) => o.mblsLoss(z, int(o, d.labelsA), { weight: o.tf.tensor1d(Array.from({ length: z.shape[1]! }, (__, k) => 0.1 * (k + 1))), margin: 1, reduction }),
    definition: (d, z) => each(z, (row, i) => ce(row, d.labelsA[i]!) + mean(row.map((x, k) => 0.1 * (k + 1) * Math.max(0, Math.max(...row) - x - 1)))),
  },
  'mmceLoss': {
    loss: (o, d, z, _, reduction) => o.mmceLoss(z, int(o, d.labelsA), { weight: 0.7, reduction }),
    definition: (d, z) => each(z, (row, i) => ce(row, d.labelsA[i]!) + 0.7 * mmce(d, z, false)),
  },
  'weightedMmceLoss': {
    loss: (o, d, z, _, reduction) => o.weightedMmceLoss(z, int(o, d.labelsA), { reduction }),
    definition: (d, z) => each(z, (row, i) => ce(row, d.labelsA[i]!) + 2 * mmce(d, z, true)),
  },
  'mdcaLoss': {
    loss: (o, d, z, _, reduction) => o.mdcaLoss(z, int(o, d.labelsA), { weight: 3, reduction }),
    definition: (d, z) => {
      const term = mean(z[0]!.map((_, k) => Math.abs(mean(z.map((row) => softmax(row)[k]!)) - mean(d.labelsA.map((label) => Number(label === k))))));
      return each(z, (row, i) => ce(row, d.labelsA[i]!) + 3 * term);
    },
  },
  'pairwiseConstraintLoss': {
    loss: (o, d, z, _, reduction) => o.pairwiseConstraintLoss(z, int(o, d.labelsA), { discrimination: 0.6, exclusion: 0.3, reduction }),
    definition: (d, z) => each(z, (row, i) => {
      const y = d.labelsA[i]!;
      const wrong = row.map((_, k) => k).filter((k) => k !== y);
      const pairs = wrong.flatMap((k) => wrong.filter((l) => l > k).map((l) => (softplus(row[k]! - row[l]!) + softplus(row[l]! - row[k]!)) / 2));
      return ce(row, y) + 0.6 * mean(wrong.map((k) => softplus(row[k]! - row[y]!))) + 0.3 * (pairs.length === 0 ? 0 : mean(pairs));
    }),
  },
  'correctnessRanking by the largest probability': crl('max'),
  'correctnessRanking by the margin': crl('margin'),
  'correctnessRanking by the entropy': crl('entropy'),
  'mixupRanking': {
    ofMixed: true,
    loss: (o, d, z, mixed, reduction) => o.mixupRanking(z, int(o, d.labelsA), mixed, int(o, d.partners), { reduction }),
    definition: (d, z, mixed) => ranking(d, z, mixed, (row) => Math.max(...row), 2),
  },
  'mixupRanking of probabilities': {
    ofMixed: true,
    loss: (o, d, z, mixed, reduction) => o.mixupRanking(z, int(o, d.labelsA), mixed, int(o, d.partners), { space: 'probability', margin: 0.3, reduction }),
    definition: (d, z, mixed) => ranking(d, z, mixed, (row) => Math.max(...softmax(row)), 0.3),
  },
  'mixupNdcg': {
    ofMixed: true,
    loss: (o, d, z, mixed, reduction) => o.mixupNdcg(z, int(o, d.labelsA), mixed, int(o, d.partners), o.tf.tensor1d([0.8, 0.35]), { reduction }),
    definition: (d, z, mixed) => each(z, (_, i) => ndcg(d, z, mixed, i)),
  },
  'decoupledMixupLoss': {
    loss: (o, d, z, _, reduction) => o.decoupledMixupLoss(z, int(o, d.labelsA), int(o, d.labelsB), o.tf.tensor1d(d.lambdas), { eta: 0.5, reduction }),
    definition: (d, z) => each(z, (row, i) => decoupled(d, row, i, [0.5, 0.5])),
  },
  'decoupledMixupLoss of the larger share, rescaled': {
    loss: (o, d, z, _, reduction) => o.decoupledMixupLoss(z, int(o, d.labelsA), int(o, d.labelsB), o.tf.tensor1d(d.lambdas), { keep: 'more', rescale: { mode: 'pow', threshold: 0.9, exponent: -2 }, reduction }),
    definition: (d, z) => each(z, (row, i) => {
      const weight = (share: number): number => (share < 0.5 ? 0 : share >= 0.9 ? 0.1 : 0.1 * (share / 0.9) ** 2);
      return decoupled(d, row, i, [weight(d.lambdas[i]!), weight(1 - d.lambdas[i]!)]);
    }),
  },
  'decoupledMixupLoss of the smaller share, rescaled by exponentials': {
    loss: (o, d, z, _, reduction) => o.decoupledMixupLoss(z, int(o, d.labelsA), int(o, d.labelsB), o.tf.tensor1d(d.lambdas), { keep: 'less', rescale: { mode: 'exp', threshold: 0.8, exponent: 3 }, reduction }),
    definition: (d, z) => each(z, (row, i) => {
      const weight = (share: number): number => (share > 0.5 ? 0 : (0.1 * (3 ** (2 * share - 1.6) - 3 ** -1.6)) / (1 - 3 ** -1.6));
      return decoupled(d, row, i, [weight(d.lambdas[i]!), weight(1 - d.lambdas[i]!)]);
    }),
  },
  'decoupledKMixLoss': {
    loss: (o, d, z, _, reduction) => o.decoupledKMixLoss(z, o.tf.tensor2d(d.threeLabels, undefined, 'int32'), o.tf.tensor1d([0.5, 0.3, 0.2]), { etas: o.tf.tensor1d([0.1, 0.2, 0.3]), reduction }),
    definition: (d, z) => each(z, (row, i) => {
      const labels = d.threeLabels[i]!;
      const mixed = sum(labels.map((label, j) => [0.5, 0.3, 0.2][j]! * ce(row, label)));
      return new Set(labels).size === 1 ? mixed : mixed + sum(labels.map((label, j) => [0.1, 0.2, 0.3][j]! * without(row, label, labels)));
    }),
  },
  'decoupledBinaryCrossEntropy': {
    loss: (o, d, z, _, reduction) => o.decoupledBinaryCrossEntropy(z, int(o, d.labelsA), int(o, d.labelsB), o.tf.tensor1d(d.lambdas), { rescale: { mode: 'pow', threshold: 0.7 }, negativeWeight: 0.25, reduction }),
    definition: (d, z) => each(z, (row, i) => sum(row.map((x, k) => {
      const share = (label: number, lambda: number): number => (label === k ? Math.min(1, lambda / 0.7) : 0);
      const target = Math.min(1, share(d.labelsA[i]!, d.lambdas[i]!) + share(d.labelsB[i]!, 1 - d.lambdas[i]!));
      return (target === 0 ? 0.25 : 1) * (target * softplus(-x) + (1 - target) * softplus(x));
    }))),
  },
  'asymmetricMixupLoss': {
    loss: (o, d, z, _, reduction) => o.asymmetricMixupLoss(z, int(o, d.labelsA), int(o, d.labelsB), o.tf.tensor1d(d.lambdas), o.tf.tensor1d(d.shares), { cut: 0.6, mixCut: 0.2, eta: 0.5, reduction }),
    definition: (d, z) => each(z, (row, i) => (d.shares[i]! >= Math.min(0.6, Math.max(0.2, 1 - d.lambdas[i]!)) ? decoupled(d, row, i, [0.5, 0], 0) : 0)),
  },
};
