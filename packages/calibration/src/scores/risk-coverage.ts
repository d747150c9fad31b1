// Geifman, El-Yaniv: Selective Classification for Deep Neural Networks, 2017 (arXiv 1705.08500); AURC and E-AURC: Geifman, Uziel, El-Yaniv, 2019 (arXiv 1805.08206).
import { ascending, eachTie } from '../binned/order.ts';
import { compensatedSum } from '../inputs/compensated-sum.ts';
import { type Events, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';

/** What a model risks that answers only where it is sure. Equal confidences count as in random order, in expectation. */
export interface RiskCoverage {
  readonly n: number;
  /** `[n]`: share of errors among the j + 1 most confident samples; coverage is (j + 1) / n. */
  readonly risk: Float64Array;
  /** Share of errors among all. */
  readonly errorRate: number;
  /** Mean of `risk`: area under the risk–coverage curve. */
  readonly aurc: number;
  /** AURC less that of the best order of the same errors, r + (1 − r) log(1 − r): 0 is best. */
  readonly excessAurc: number;
  /** How often a right sample is more confident than a wrong one, ties half: area under the ROC curve. NaN where all are right or all wrong. */
  readonly auroc: number;
  /** Share of the wrong samples that are kept at the largest threshold that keeps 95 % of the right ones. NaN where all are right or all wrong. */
  readonly falsePositiveRate95: number;
}

/** Risk of the most confident 1 … n; sorted from small to large. */
function risks({ confidence, outcome }: Events): Float64Array {
  const n = confidence.length;
  const risk = new Float64Array(n);
  let errors = 0;
  const ties: [number, number][] = [];
  eachTie(confidence, (start, end) => ties.push([start, end]));
  for (const [start, end] of ties.toReversed()) {
    const [size, before] = [end - start, n - end];
    let wrong = 0;
    for (let i = start; i < end; i++) wrong += 1 - outcome[i]!;
    for (let j = 1; j <= size; j++) risk[before + j - 1] = (errors + (wrong * j) / size) / (before + j);
    errors += wrong;
  }
  return risk;
}

/** AUROC and the false positive rate at 95 % of the right samples. */
function ranking({ confidence, outcome }: Events): { readonly auroc: number; readonly falsePositiveRate95: number } {
  const right = outcome.reduce((sum, x) => sum + x, 0);
  const wrong = outcome.length - right;
  if (right === 0 || wrong === 0) return { auroc: NaN, falsePositiveRate95: NaN };
  let [pairs, wrongBelow, rightBelow, dropped] = [0, 0, 0, 0];
  eachTie(confidence, (start, end) => {
    let hits = 0;
    for (let i = start; i < end; i++) hits += outcome[i]!;
    const misses = end - start - hits;
    pairs += hits * (wrongBelow + misses / 2);
    if (20 * (right - rightBelow) >= 19 * right) dropped = wrongBelow; // a threshold here keeps enough
    rightBelow += hits;
    wrongBelow += misses;
  });
  return { auroc: pairs / (right * wrong), falsePositiveRate95: (wrong - dropped) / wrong };
}

export function riskCoverageOf(sorted: Events): RiskCoverage {
  const n = sorted.outcome.length;
  const risk = risks(sorted);
  const errorRate = risk[n - 1]!;
  const sum = compensatedSum();
  for (const r of risk) sum.add(r);
  const aurc = sum.value / n;
  const best = errorRate === 1 ? 1 : errorRate + (1 - errorRate) * Math.log1p(-errorRate);
  return { n, risk, errorRate, aurc, excessAurc: aurc - best, ...ranking(sorted) };
}

/**
 * The risk–coverage curve and what is read from it: AURC, AUROC of correctness and the like.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; "was right" as 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row
 */
export function riskCoverage(predictions: Predictions | EventPredictions, labels: ArrayInput): RiskCoverage {
  return riskCoverageOf(ascending(readEvents(predictions, labels, 'riskCoverage')));
}
