import { checkWhole } from '../check.ts';

/** What AdaFocal has learned from validation data: plain numbers. */
export interface AdaFocalState {
  /** [bins + 1], ascending: edges of the bins of confidence. */
  readonly edges: readonly number[];
  /** [bins]: the exponent in each bin; negative for the inverse focal loss. */
  readonly gammas: readonly number[];
}

export interface AdaFocalOptions {
  /** λ > 0: how fast exponents answer to a gap. Default 1. */
  readonly rate?: number;
  /** S > 0: an exponent smaller than this changes between focal and inverse focal loss. Default 0.2. */
  readonly switchPoint?: number;
  /** Default 20. */
  readonly gammaMax?: number;
  /** Default −2. */
  readonly gammaMin?: number;
}

/** The state before the first update: bins of equal width, all exponents 1. @throws {RangeError} for no bins */
export function createAdaFocal(bins = 15): AdaFocalState {
  checkWhole('createAdaFocal', 'bins', bins);
  return { edges: Array.from({ length: bins + 1 }, (_, i) => i / bins), gammas: Array.from({ length: bins }, () => 1) };
}

/**
 * The next exponents, given by how much confidence exceeds accuracy in each bin: γ e^(λ gap), or γ e^(−λ gap) where γ < 0; changed to ∓switchPoint where it gets smaller than that, then clipped.
 *
 * @param gaps [bins]: mean confidence − accuracy
 * @throws {RangeError} for another number of gaps, a gap that is not finite, options out of range
 */
export function nextGammas(gammas: readonly number[], gaps: readonly number[], { rate = 1, switchPoint = 0.2, gammaMax = 20, gammaMin = -2 }: AdaFocalOptions = {}): number[] {
  if (gaps.length !== gammas.length) throw new RangeError(`nextGammas: gaps must be one for each of ${gammas.length} bins, got ${gaps.length}`);
  for (const [name, value] of Object.entries({ rate, switchPoint, gammaMax, '-gammaMin': -gammaMin })) if (!(value > 0 && value < Infinity)) throw new RangeError(`nextGammas: ${name} must be > 0, got ${value}`);
  return gammas.map((gamma, bin) => {
    const gap = gaps[bin]!;
    if (!Number.isFinite(gap)) throw new RangeError(`nextGammas: gaps[${bin}] must be finite, got ${gap}`);
    const moved = gamma * Math.exp((gamma > 0 ? rate : -rate) * gap);
    const switched = Math.abs(moved) < switchPoint ? -Math.sign(moved) * switchPoint : moved;
    return Math.max(Math.min(switched, gammaMax), gammaMin);
  });
}

/** [bins + 1]: edges between which equally many of the sorted confidences lie, interpolated linearly. */
function equalMassEdges(sorted: Float64Array, bins: number): number[] {
  return Array.from({ length: bins + 1 }, (_, i) => {
    const at = Math.min((i * sorted.length) / bins, sorted.length - 1);
    const low = Math.floor(at);
    return sorted[low]! + (at - low) * (sorted[Math.min(low + 1, sorted.length - 1)]! - sorted[low]!);
  });
}

/** [bins]: mean of confidence − correct in each bin, 0 in an empty one. */
function gapsOf(confidence: ArrayLike<number>, correct: ArrayLike<number | boolean>, edges: readonly number[]): number[] {
  const bins = edges.length - 1;
  const [sums, counts] = [new Float64Array(bins), new Float64Array(bins)];
  for (let i = 0; i < confidence.length; i++) {
    let bin = 0;
    while (bin < bins - 1 && confidence[i]! >= edges[bin + 1]!) bin++;
    sums[bin]! += confidence[i]! - Number(correct[i]);
    counts[bin]! += 1;
  }
  return Array.from(sums, (sum, bin) => sum / Math.max(counts[bin]!, 1));
}

/**
 * The state after a look at validation data, for example after each epoch: edges that hold equally many confidences, exponents moved by the gap in each bin. The state that comes in is left alone.
 *
 * Ghosh, Schaaf, Gormley, "AdaFocal: Calibration-aware Adaptive Focal Loss", NeurIPS 2022, arXiv 2211.11838.
 *
 * @param confidence [n] of validation samples, in [0, 1]
 * @param correct [n]: whether their prediction is right
 * @throws {RangeError} for no samples, lists of different lengths, a confidence outside [0, 1], options out of range
 */
export function updateAdaFocal({ gammas }: AdaFocalState, confidence: ArrayLike<number>, correct: ArrayLike<number | boolean>, options: AdaFocalOptions = {}): AdaFocalState {
  if (confidence.length === 0 || correct.length !== confidence.length) throw new RangeError(`updateAdaFocal: confidence and correct must have one length >= 1, got ${confidence.length} and ${correct.length}`);
  const sorted = Float64Array.from(confidence, (value, i) => {
    if (!(value >= 0 && value <= 1)) throw new RangeError(`updateAdaFocal: confidence[${i}] must be in [0, 1], got ${value}`);
    return value;
  }).sort();
  const edges = equalMassEdges(sorted, gammas.length);
  return { edges, gammas: nextGammas(gammas, gapsOf(confidence, correct, edges), options) };
}
