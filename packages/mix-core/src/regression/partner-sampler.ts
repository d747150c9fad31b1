import { type Rng, uniform } from '@mixwell/tensor';
import type { LabelInput } from '../plan/mix-labels.ts';
import { countDistinct, distinctSampler } from './distinct-sampler.ts';
import { invertCdf } from './invert-cdf.ts';
import { checkIndex, checkKernel, type KernelOptions, kernelWeights } from './kernel.ts';
import { normalized } from './label-kernel-row.ts';
import { rowStatistics } from './row-statistics.ts';
import { type Draw, treeSampler } from './tree-sampler.ts';
import { checkOthers, readVectors, type Vectors } from './vectors.ts';

/**
 * How draws are made; all draw from exactly the same law. 'row': the whole row for each draw. 'tree': rejection from cells of a k-d tree, microseconds a draw.
 * 'distinct': from a table of the distinct values, for scalar labels that have few.
 */
export type PartnerStrategy = 'row' | 'tree' | 'distinct';

export interface PartnerSamplerOptions extends KernelOptions {
  /** Default 'auto': 'row' with a `distance` and for more than 8 dimensions, 'distinct' for up to √count values (1024 at most), else 'tree'. */
  readonly strategy?: PartnerStrategy | 'auto';
}

/** Draws partners of the examples of a training set. */
export interface PartnerSampler {
  /** Number of examples. */
  readonly count: number;
  readonly strategy: PartnerStrategy;
  /** A partner of one example, a number in [0, count). */
  draw(anchor: number, rng: Rng): number;
  /** [anchors]: a partner for each, independently. */
  drawMany(anchors: ArrayLike<number>, rng: Rng): Int32Array;
  /** [count]: the probability of each example to be the partner of this one. O(count). */
  rate(anchor: number): Float64Array;
  /**
   * How often an example meets itself, so that nothing is mixed, on average over these anchors. Default: all. O(anchors + count) for scalar labels, else O(anchors · count).
   */
  selfPairRate(anchors?: ArrayLike<number>): number;
  /** Among how many partners the choice is, 1 / Σⱼ P(j | i)², on average. Costs as `selfPairRate`. */
  effectivePartners(anchors?: ArrayLike<number>): number;
}

const MOST_DIMENSIONS = 8;
const MOST_VALUES = 1024;

function chosen({ data, count, dim }: Vectors, { strategy = 'auto', distance }: PartnerSamplerOptions): PartnerStrategy {
  if (!['auto', 'row', 'tree', 'distinct'].includes(strategy)) throw new RangeError(`createPartnerSampler: strategy must be 'auto', 'row', 'tree' or 'distinct', got '${strategy}'`);
  if (strategy !== 'auto') {
    if (distance && strategy !== 'row') throw new RangeError(`createPartnerSampler: strategy must be 'row' with a distance of your own, got '${strategy}'`);
    if (dim > 1 && strategy === 'distinct') throw new RangeError(`createPartnerSampler: strategy 'distinct' must have scalar labels, got ${dim} dimensions`);
    return strategy;
  }
  if (distance || dim > MOST_DIMENSIONS) return 'row';
  const limit = Math.min(MOST_VALUES, Math.floor(Math.sqrt(count)));
  return dim === 1 && countDistinct(data, limit + 1) <= limit ? 'distinct' : 'tree';
}

/** From the whole row of the kernel, computed for each draw. */
function rowSampler(vectors: Vectors, options: KernelOptions): Draw {
  const row = new Float64Array(vectors.count);
  return (anchor, rng) => invertCdf(kernelWeights(vectors, anchor, options, row), uniform(rng));
}

const samplers: Readonly<Record<PartnerStrategy, (vectors: Vectors, options: KernelOptions) => Draw>> = { row: rowSampler, tree: treeSampler, distinct: distinctSampler };

/**
 * C-Mixup's partners: an example's partner is drawn with a probability that falls with the distance of their labels, P(j | i) ∝ exp(−‖yᵢ − yⱼ‖² / 2s²). Exact, in
 * O(count · dim) memory: the matrix of all pairs is never made. Other vectors than labels give the ablations of the paper: inputs, features, or both at once (`jointVectors`).
 *
 * Yao, Wang, Zhang, Zou, Finn, "C-Mixup: Improving Generalization in Regression", NeurIPS 2022, arXiv 2210.05775.
 *
 * @param labels [count] or [count, dim]. Not standardised: the bandwidth is in their units, and their columns have to be comparable
 * @throws {RangeError} for a bandwidth ≤ 0, labels that are not finite, a strategy that does not fit, excludeSelf with one example; while drawing, for an anchor out of range
 */
export function createPartnerSampler(labels: LabelInput, options: PartnerSamplerOptions): PartnerSampler {
  checkKernel('createPartnerSampler', options);
  const vectors = readVectors('createPartnerSampler', 'labels', labels);
  checkOthers('createPartnerSampler', vectors, options);
  const { count } = vectors;
  const strategy = chosen(vectors, options);
  const drawOne = samplers[strategy](vectors, options);
  const all = (): Int32Array => Int32Array.from({ length: count }, (_, i) => i);
  const check = (caller: string, anchor: number): number => {
    checkIndex(caller, 'anchor', anchor, count);
    return anchor;
  };
  const draw: PartnerSampler['draw'] = (anchor, rng) => drawOne(check('draw', anchor), rng);
  const statistics = (caller: string, anchors: ArrayLike<number> = all()) => rowStatistics(vectors, Array.from(anchors, (anchor) => check(caller, anchor)), options);
  return {
    count,
    strategy,
    draw,
    drawMany: (anchors, rng) => Int32Array.from(anchors, (anchor) => draw(anchor, rng)),
    rate: (anchor) => normalized(kernelWeights(vectors, check('rate', anchor), options, new Float64Array(count))),
    selfPairRate: (anchors) => statistics('selfPairRate', anchors).selfPairRate,
    effectivePartners: (anchors) => statistics('effectivePartners', anchors).effectivePartners,
  };
}
