// Guodong Du et al., "Parameter Competition Balancing for Model Merging", NeurIPS 2024, arXiv 2410.02396. By default what its released code does, clamping of outliers and
// final min-max included; variant 'paper' is its equations.
import { mergeKernel } from '../../kernel/merge-kernel.ts';
import { keepAbove } from '../../kernel/vectors.ts';
import { defineMethod, type MergeMethod, type Scan, type Statistics, type TensorInputs, type Values } from '../../method.ts';
import { oneOf, optional, real, type ResolvedParameters } from '../../parameters/parameter-spec.ts';
import { type OrderStatistics, orderStatistics } from '../../statistics/order-statistics.ts';
import { runScans } from '../../statistics/run-scans.ts';
import { paperScans, paperScore } from './paper-score.ts';
import { bytesOf, eachTaskBlock, type TaskBlock } from './task-blocks.ts';
import { type PcbVariant, pcbVariants, variantDefaults } from './variants.ts';
import { releasedScore, type Score } from './released-score.ts';

const parameters = {
  variant: oneOf('merge', pcbVariants, 'released'),
  scope: oneOf('merge', ['model', 'tensor'], 'model'),
  ratio: optional(real('merge', undefined, 'in (0, 1]', (x) => x > 0 && x <= 1)),
  clamp: optional(real('merge', undefined, 'in [0, 0.5)', (x) => x >= 0 && x < 0.5)),
  lambda: optional(real('model')),
} as const;

type PcbParameters = ResolvedParameters<typeof parameters>;

export interface PcbSettings {
  readonly variant: PcbVariant;
  readonly scope: 'model' | 'tensor';
  readonly ratio: number | undefined;
  readonly clamp: number | undefined;
}

/** Floor of the sum of weights that a parameter's mean is divided by. */
export const leastWeight = 1e-12;

const scoreOf = (variant: PcbVariant): Score => (variant === 'paper' ? paperScore : releasedScore(variant));

/** Scores of every task in blocks of elements. They hold until the visitor returns. */
function eachScoredBlock({ variant }: PcbSettings, inputs: TensorInputs, found: Statistics, visit: (block: TaskBlock) => void): void {
  const score = scoreOf(variant);
  eachTaskBlock(inputs, (block) => {
    score(block, found);
    visit(block);
  });
}

/** Smallest and largest magnitude after clamping, by rank. */
const clampRanks = (clamp: number) => (size: number): number[] => [Math.floor(size * clamp), Math.max(0, Math.trunc(size * (1 - clamp) - 1))];

/** The score that is beaten by what is kept, and the largest. */
const keepRanks = ({ ratio, scope, variant }: PcbSettings) => (size: number): number[] => {
  const share = ratio ?? variantDefaults[variant].ratio;
  const rank = Math.floor(size * (1 - share));
  if (scope === 'model' && variant !== 'paper' && rank >= size - 1 && size > 0) throw new RangeError(`pcb: ratio must keep a parameter, got ${share}: nothing kept of ${size}`);
  return [Math.min(rank, size - 1), size - 1];
};

export function pcbScans(settings: PcbSettings): readonly Scan[] {
  const { variant, clamp = variantDefaults[variant].clamp } = settings;
  const before = variant === 'paper' ? paperScans : orderStatistics({
    name: 'magnitude',
    magnitudes: true,
    ranks: clampRanks(clamp),
    values: (inputs, _, visit) => eachTaskBlock(inputs, ({ tau }) => tau.forEach((row, i) => visit(i, row))),
  });
  const scores = orderStatistics({
    name: 'score',
    ranks: keepRanks(settings),
    values: (inputs, found, visit) => eachScoredBlock(settings, inputs, found, ({ score }) => score.forEach((row, i) => visit(i, row))),
  });
  return [...before, ...scores];
}

/** Scores → weights, in place: what does not beat the threshold gets 0, the largest 1. In the paper's form what reaches it keeps its score. */
function weigh(variant: PcbVariant, { score, length }: TaskBlock, { values }: OrderStatistics): void {
  score.forEach((row, i) => {
    const [threshold, largest] = values[i] as [number, number];
    const span = Math.fround(largest - threshold);
    if (variant === 'paper') keepAbove(row, threshold, true);
    else if (span > 0) mergeKernel().kernel.weigh(row.byteOffset, bytesOf(length), threshold, span);
    else row.fill(0);
  });
}

/** Task vectors → clamped ones, in place. */
function clampTaskVectors({ tau, length }: TaskBlock, found: Statistics): void {
  const magnitudes = found['magnitude'] as OrderStatistics | undefined;
  magnitudes?.values.forEach(([low, high], i) => mergeKernel().kernel.clamp(tau[i]!.byteOffset, bytesOf(length), low!, high!));
}

/** Hands out weights (in `score`) and clamped task vectors (in `tau`), block by block. */
export function eachWeighedBlock(settings: PcbSettings, inputs: TensorInputs, statistics: Statistics, visit: (block: TaskBlock) => void): void {
  eachScoredBlock(settings, inputs, statistics, (block) => {
    weigh(settings.variant, block, statistics['score'] as OrderStatistics);
    clampTaskVectors(block, statistics);
    visit(block);
  });
}

/** The statistics a merge of these inputs goes by: given, or the tensor's own. */
export function statisticsFor(settings: PcbSettings, inputs: TensorInputs, statistics: Statistics): Statistics {
  return settings.scope === 'model' ? statistics : runScans(pcbScans(settings), inputs.models.length, (visit) => visit(inputs));
}

function merge(inputs: TensorInputs, settings: PcbParameters, statistics: Statistics, out: Values): void {
  const lambda = settings.lambda.map((value) => value ?? variantDefaults[settings.variant].lambda);
  const { kernel } = mergeKernel();
  eachWeighedBlock(settings, inputs, statisticsFor(settings, inputs, statistics), ({ start, length, base, tau, score, sum, total, mean }) => {
    const bytes = bytesOf(length);
    total.fill(0);
    mean.fill(0);
    tau.forEach((row, i) => kernel.addWeighed(row.byteOffset, score[i]!.byteOffset, mean.byteOffset, total.byteOffset, bytes, lambda[i]!));
    if (out instanceof Float32Array) {
      kernel.addMean(base.byteOffset, mean.byteOffset, total.byteOffset, sum.byteOffset, bytes);
      out.set(sum, start);
    } else for (let e = 0; e < length; e++) out[start + e] = (inputs.base?.[start + e] ?? 0) + mean[e]! / Math.max(total[e]!, leastWeight);
  });
}

function kept(inputs: TensorInputs, settings: PcbParameters, statistics: Statistics): number[] {
  const counts = inputs.models.map(() => 0);
  eachWeighedBlock(settings, inputs, statisticsFor(settings, inputs, statistics), ({ length, score }) => score.forEach((weights, i) => {
    for (let e = 0; e < length; e++) if (weights[e] !== 0) counts[i] = counts[i]! + 1;
  }));
  return counts;
}

/**
 * PCB-Merging: every parameter of every task gets a weight, high where it changed a lot in its task and where the tasks agree; the lowest are dropped.
 *
 * θ = θ₀ + Σᵢ λᵢ wᵢ tᵢ / Σᵢ wᵢ with tᵢ the task vector τᵢ whose magnitudes are clamped to its `clamp` and 1 − `clamp` quantiles, and
 * wᵢ = norm(max(bᵢ, its 1 − `ratio` quantile)), bᵢ = exp(n norm(|tᵢ|)²) · inter.
 * Scores are computed in float32, the mean in float64.
 */
export const pcb: MergeMethod = defineMethod({
  name: 'pcb',
  base: 'required',
  models: [1, Infinity],
  parameters,
  elementwise: ({ scope }) => scope === 'model',
  scans: (settings) => (settings.scope === 'model' ? pcbScans(settings) : []),
  merge,
  kept,
});
