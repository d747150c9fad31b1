import type { LabelInput } from '../plan/mix-labels.ts';
import { checkKernel, type Kernel } from './kernel.ts';
import { rowStatistics } from './row-statistics.ts';
import { readVectors, type Vectors } from './vectors.ts';

/** Anchors that the average is taken over at most. */
const ANCHORS = 2000;

/** The longest side of the box around all vectors. */
function range({ data, dim }: Vectors): number {
  let longest = 0;
  for (let d = 0; d < dim; d++) {
    let [low, high] = [Infinity, -Infinity];
    for (let at = d; at < data.length; at += dim) {
      low = Math.min(low, data[at]!);
      high = Math.max(high, data[at]!);
    }
    longest = Math.max(longest, high - low);
  }
  return longest;
}

/**
 * The bandwidth at which an example chooses among so many partners, 1 / Σⱼ P(j | i)² on average (over at most 2000 examples, evenly spaced): a scale-free way to set it. Right to 0.1 %.
 *
 * @param labels [count] or [count, dim]
 * @param options.effectivePartners more than there are with the smallest bandwidth (equal labels count together) and fewer than count
 * @throws {RangeError} for a number of partners that no bandwidth gives, or labels that are not finite
 */
export function suggestBandwidth(labels: LabelInput, { effectivePartners, kernel = 'gaussian' }: { readonly effectivePartners: number; readonly kernel?: Kernel }): number {
  checkKernel('suggestBandwidth', { bandwidth: 1, kernel });
  const vectors = readVectors('suggestBandwidth', 'labels', labels);
  const { count } = vectors;
  if (!(effectivePartners > 1 && effectivePartners < count)) throw new RangeError(`suggestBandwidth: effectivePartners must be in (1, ${count}), got ${effectivePartners}`);
  const stride = Math.ceil(count / ANCHORS);
  const anchors = Int32Array.from({ length: Math.ceil(count / stride) }, (_, i) => i * stride);
  const partners = (bandwidth: number): number => rowStatistics(vectors, anchors, { bandwidth, kernel }).effectivePartners;
  let high = range(vectors) || 1;
  let low = high;
  while (partners(high) < effectivePartners) high *= 2;
  while (partners(low) > effectivePartners) {
    low /= 2;
    if (low < high * 1e-12) throw new RangeError(`suggestBandwidth: effectivePartners must be more than ${partners(low)}, as many labels are equal, got ${effectivePartners}`);
  }
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (partners(middle) < effectivePartners) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
