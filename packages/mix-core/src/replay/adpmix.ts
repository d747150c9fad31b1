import { permutation, type Rng } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import type { ScalarPlan } from '../plan/plan.ts';
import { lambdaDraw, lambdaList, type PairOptions } from '../policy/draw-lambda.ts';
import { readBatchLabels } from '../policy/evidence.ts';
import { pairWeights, type PerRow, readLambdas } from '../policy/pair.ts';
import { definePolicy, type Policy } from '../policy/policy.ts';
import { adpmixRatio, checkRatio, type RatioOptions } from './adpmix-ratio.ts';

export interface AdpmixChoice {
  /** Images in the batch: memory and stream, one after the other. */
  readonly batch: number;
  /** [rows]: old images, numbers in the batch. */
  readonly old: ArrayLike<number>;
  /** [rows]: new images, numbers in the batch. */
  readonly fresh: ArrayLike<number>;
  /** Share of the old image, in [0, 1]: one number, or one for each row. */
  readonly lambda: PerRow;
  /** What the old label counts, in [0, 1]: one number, or one for each row; see `adpmixRatio`. */
  readonly ratio: PerRow;
}

export interface AdpmixOptions extends Pick<PairOptions, 'alpha' | 'lambda'>, RatioOptions {
  /** Images of the memory, which come first in the batch; the others are the stream's. */
  readonly memory: number;
  /** [classes]: examples of each class in the memory now, or for rule 'confidence' the mean probability that the model predicts for it. */
  readonly oldCounts: ArrayLike<number>;
  /** [classes]: examples of each class in the stream so far, or that same mean probability. */
  readonly newCounts: ArrayLike<number>;
  /** Classes that are new. Default: those of the stream's images in the batch. */
  readonly newClasses?: readonly number[];
  /** Default 'sample'. */
  readonly per?: 'batch' | 'sample';
}

function sourcesOf(name: string, list: ArrayLike<number>, batch: number, rows: number): ArrayLike<number> {
  if (list.length !== rows) throw new RangeError(`adpmixPlan: ${name} must have ${rows} images, got ${list.length}`);
  for (let row = 0; row < rows; row++) {
    if (!Number.isInteger(list[row]) || list[row]! < 0 || list[row]! >= batch) throw new RangeError(`adpmixPlan: ${name}[${row}] must be a whole number in [0, ${batch}), got ${list[row]}`);
  }
  return list;
}

/**
 * The plan of AdpMix for pairs, λ and label ratios that are known: λ x[old] + (1 − λ) x[fresh] with the labels μ and 1 − μ.
 *
 * @throws {RangeError} for images outside of the batch, lists of different lengths, shares outside [0, 1]
 */
export function adpmixPlan({ batch, old, fresh, lambda, ratio }: AdpmixChoice): ScalarPlan {
  const rows = old.length;
  checkWhole('adpmixPlan', 'batch', batch);
  checkWhole('adpmixPlan', 'number of rows', rows);
  const [from, to] = [sourcesOf('old', old, batch, rows), sourcesOf('fresh', fresh, batch, rows)];
  const lambdas = readLambdas('adpmixPlan', lambda, rows);
  const ratios = readLambdas('adpmixPlan', ratio, rows, 'ratio');
  return {
    kind: 'scalar', batch, rows, k: 2,
    sources: Int32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? from : to)[i >> 1]!),
    weights: pairWeights(lambdas, lambdas.length),
    labelWeights: pairWeights(ratios, rows),
  };
}

/** `count` of some items in random order, none again before all have come. */
function drawCycled(rng: Rng, items: readonly number[], count: number): number[] {
  const drawn: number[] = [];
  while (drawn.length < count) drawn.push(...Array.from(permutation(rng, items.length), (i) => items[i]!));
  return drawn.slice(0, count);
}

/**
 * AdpMix: mixes each image of the stream with one of the memory whose class is not new. The batch is memory and stream, one after the other, and gives its labels; the plan has one row for
 * each image of the stream, the old image first. λ ~ Beta(alpha, alpha) is the old image's share. Where the memory has no old class, all labels count 0, so that a cross entropy adds nothing
 * and shapes stay. Counts change with each step: make the policy anew. Draws λ, then the old images. (Made from the paper's description; its authors published no code.)
 *
 * Fan et al., "DualMix: Unleashing the Potential of Data Augmentation for Online Class-Incremental Learning", arXiv 2303.07864.
 *
 * @throws {RangeError} for alpha ≤ 0, λ outside [0, 1], a batch without stream, labels beyond the counts, parameters of the rule out of range
 */
export function adpmix(options: AdpmixOptions): Policy {
  const { memory, oldCounts, newCounts, newClasses, per = 'sample' } = options;
  checkWhole('adpmix', 'memory', memory, 0);
  checkRatio('adpmix', options);
  const draw = lambdaDraw('adpmix', { ...options, per });
  const countOf = (name: string, counts: ArrayLike<number>, label: number): number => {
    if (label >= counts.length) throw new RangeError(`adpmix: ${name} must have an entry for class ${label}, got ${counts.length} entries`);
    return counts[label]!;
  };
  return definePolicy(['labels'], (rng, batch) => {
    checkWhole('adpmix', 'batch.rows', batch.rows, memory + 1);
    const labels = readBatchLabels('adpmix', batch);
    const fresh = Array.from({ length: batch.rows - memory }, (_, i) => memory + i);
    const isNew = new Set(newClasses ?? fresh.map((row) => labels[row]!));
    const candidates = Array.from({ length: memory }, (_, row) => row).filter((row) => !isNew.has(labels[row]!));
    const lambda = draw(rng, fresh.length);
    if (candidates.length === 0) {
      const plan = adpmixPlan({ batch: batch.rows, old: fresh, fresh, lambda, ratio: 0 });
      return { ...plan, labelWeights: new Float32Array(2 * fresh.length) };
    }
    const old = drawCycled(rng, candidates, fresh.length);
    const lambdas = lambdaList(lambda);
    const ratio = fresh.map((row, i) => {
      const share = lambdas[lambdas.length === 1 ? 0 : i]!;
      return adpmixRatio(share, countOf('oldCounts', oldCounts, labels[old[i]!]!), countOf('newCounts', newCounts, labels[row]!), options);
    });
    return adpmixPlan({ batch: batch.rows, old, fresh, lambda, ratio });
  });
}
