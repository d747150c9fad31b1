import { createRng, integer, normal } from '@mixwell/tensor';
import type * as tensorflow from '@tensorflow/tfjs-core';
import { apart, dot, type Library, sum, unit } from '../fixtures.ts';
import type * as all from '../tf.ts';

export type Rows = readonly (readonly number[])[];

export interface Batch {
  readonly rows: Rows;
  readonly labels: readonly number[];
}

/** Rows of several lengths, with labels in [0, classes). */
export function batchOf(seed: number, n: number, dimensions: number, classes: number): Batch {
  const rng = createRng(seed);
  const rows = Array.from({ length: n }, () => {
    const length = Math.exp(normal(rng, 0, 0.5));
    return Array.from({ length: dimensions }, () => length * normal(rng));
  });
  return { rows, labels: rows.map(() => integer(rng, 0, classes)) };
}

export const rowsOf = (flat: ArrayLike<number>, dimensions: number): number[][] =>
  Array.from({ length: flat.length / dimensions }, (_, i) => Array.from({ length: dimensions }, (__, k) => flat[i * dimensions + k]!));

export const mean = (values: readonly number[]): number => (values.length === 0 ? 0 : sum(values) / values.length);
const meanOfPositive = (values: readonly number[]): number => mean(values.filter((value) => value > 0));
const hinge = (x: number): number => Math.max(x, 0);
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const lse = (z: readonly number[]): number => {
  const top = Math.max(...z);
  return top + Math.log(sum(z.map((x) => Math.exp(x - top))));
};
/** One anchor with its pairs, by index of example, and what is measured. */
interface Anchor {
  readonly a: number;
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
  readonly s: (x: number) => number;
  readonly d: (x: number) => number;
}

/** What the definitions look at: a batch with itself, or with other examples. */
export interface Pairs {
  readonly anchors: readonly Anchor[];
  /** Distance between two examples. */
  readonly between: (x: number, y: number) => number;
  readonly labels: readonly number[];
}

export function pairsOf(batch: Batch, others?: Batch): Pairs {
  const u = batch.rows.map(unit);
  const examples = others ? others.rows.map(unit) : u;
  const labels = others?.labels ?? batch.labels;
  const index = labels.map((_, i) => i);
  const table = (rows: Rows, of: (x: readonly number[], y: readonly number[]) => number): number[][] => rows.map((x) => examples.map((y) => of(x, y)));
  const [s, d, among] = [table(u, dot), table(u, apart), table(examples, apart)];
  const anchors = batch.labels.map((label, a) => ({
    a,
    positives: index.filter((x) => labels[x] === label && (others !== undefined || x !== a)),
    negatives: index.filter((x) => labels[x] !== label),
    s: (x: number) => s[a]![x]!,
    d: (x: number) => d[a]![x]!,
  }));
  return { anchors, between: (x, y) => among[x]![y]!, labels: batch.labels };
}

/** A number for each positive pair, each negative pair, each triplet, each anchor that has what it needs. */
const ofPositives = ({ anchors }: Pairs, f: (a: Anchor, p: number) => number): number[] => anchors.flatMap((a) => a.positives.map((p) => f(a, p)));
const ofNegatives = ({ anchors }: Pairs, f: (a: Anchor, n: number) => number): number[] => anchors.flatMap((a) => a.negatives.map((n) => f(a, n)));
export const ofTriplets = ({ anchors }: Pairs, f: (a: Anchor, p: number, n: number) => number): number[] => anchors.flatMap((a) => a.positives.flatMap((p) => a.negatives.map((n) => f(a, p, n))));
const ofAnchors = ({ anchors }: Pairs, needs: (a: Anchor) => unknown, f: (a: Anchor) => number): number[] => anchors.filter(needs).map(f);
const both = (a: Anchor): unknown => a.positives.length > 0 && a.negatives.length > 0;

/** The losses in plain loops over tuples of indices, in float64 and without regard to speed. */
export const definitions: Readonly<Record<string, (pairs: Pairs) => number>> = {
  contrastive: (pairs) => meanOfPositive(ofPositives(pairs, (a, p) => a.d(p))) + meanOfPositive(ofNegatives(pairs, (a, n) => hinge(1 - a.d(n)))),
  'contrastive, mean': (pairs) => mean(ofPositives(pairs, (a, p) => hinge(a.d(p) - 0.2))) + mean(ofNegatives(pairs, (a, n) => hinge(1.3 - a.d(n)))),
  triplet: (pairs) => meanOfPositive(ofTriplets(pairs, (a, p, n) => hinge(a.d(p) - a.d(n) + 0.05))),
  'triplet, mean': (pairs) => mean(ofTriplets(pairs, (a, p, n) => hinge(a.d(p) - a.d(n) + 0.3))),
  'triplet, by anchor': ({ anchors, ...rest }) => mean(anchors.filter(both).map((a) => mean(ofTriplets({ ...rest, anchors: [a] }, (b, p, n) => hinge(b.d(p) - b.d(n) + 0.3))))),
  'triplet, swap': (pairs) => meanOfPositive(ofTriplets(pairs, (a, p, n) => hinge(a.d(p) - Math.min(a.d(n), pairs.between(p, n)) + 0.2))),
  'triplet, smooth': (pairs) => mean(ofTriplets(pairs, (a, p, n) => softplus(a.d(p) - a.d(n) + 0.05))),
  'triplet, smooth and swap by anchor': ({ anchors, ...rest }) =>
    mean(anchors.filter(both).map((a) => mean(ofTriplets({ ...rest, anchors: [a] }, (b, p, n) => softplus(b.d(p) - Math.min(b.d(n), rest.between(p, n)) + 0.05))))),
  'triplet, semihard': (pairs) => meanOfPositive(ofTriplets(pairs, (a, p, n) => (a.d(n) > a.d(p) && a.d(n) - a.d(p) <= 0.4 ? hinge(a.d(p) - a.d(n) + 0.3) : 0))),
  margin: (pairs) => {
    const halves = [...ofTriplets(pairs, (a, p) => hinge(a.d(p) - 1)), ...ofTriplets(pairs, (a, _, n) => hinge(1.4 - a.d(n)))];
    return meanOfPositive(halves);
  },
  'margin, b by class': (pairs) => {
    const b = (a: Anchor): number => 1 + 0.1 * pairs.labels[a.a]!;
    const halves = [...ofTriplets(pairs, (a, p) => hinge(a.d(p) - b(a) + 0.1)), ...ofTriplets(pairs, (a, _, n) => hinge(b(a) - a.d(n) + 0.1))];
    const active = halves.filter((value) => value > 0).length;
    return meanOfPositive(halves) + (active === 0 ? 0 : 0.5 * sum(ofTriplets(pairs, b)) / active);
  },
  'margin, hard': (pairs) => {
    const hard = (f: (a: Anchor, p: number, n: number) => number) => ofTriplets(pairs, (a, p, n) => (a.d(n) <= a.d(p) ? f(a, p, n) : 0));
    return meanOfPositive([...hard((a, p) => hinge(a.d(p) - 1)), ...hard((a, _, n) => hinge(1.4 - a.d(n)))]);
  },
  lifted: (pairs) => mean(ofPositives(pairs, (a, p) => {
    const near = pairs.anchors[p]!;
    const exponents = [...a.negatives.map((n) => 1 - a.d(n)), ...near.negatives.map((n) => 1 - near.d(n))];
    return exponents.length === 0 ? NaN : hinge(lse(exponents) + a.d(p)) ** 2 / 2;
  }).filter((value) => !Number.isNaN(value))),
  'generalized lifted': (pairs) => mean(ofAnchors(pairs, both, (a) => hinge(lse(a.positives.map(a.d)) + lse(a.negatives.map((n) => 1 - a.d(n)))))),
  'NT-Xent': (pairs) => mean(ofPositives(pairs, (a, p) => lse([a.s(p), ...a.negatives.map(a.s)].map((s) => s / 0.07)) - a.s(p) / 0.07)),
  SupCon: (pairs) => meanOfPositive(ofAnchors(pairs, (a) => a.positives.length, (a) => {
    const all = lse([...a.positives, ...a.negatives].map((x) => a.s(x) / 0.1));
    return mean(a.positives.map((p) => all - a.s(p) / 0.1));
  })),
  'multi-similarity': (pairs) => mean(ofAnchors(pairs, () => true, (a) => {
    const soft = (z: readonly number[]): number => lse([0, ...z]);
    return soft(a.positives.map((p) => -2 * (a.s(p) - 0.5))) / 2 + soft(a.negatives.map((n) => 50 * (a.s(n) - 0.5))) / 50;
  })),
  NCA: (pairs) => mean(ofAnchors(pairs, (a) => a.positives.length, (a) => lse([...a.positives, ...a.negatives].map((x) => -(a.d(x) ** 2))) - lse(a.positives.map((x) => -(a.d(x) ** 2))))),
  'NCA, negatives': (pairs) => mean(ofAnchors(pairs, both, (a) => lse(a.negatives.map((x) => -2 * a.d(x) ** 2)) - lse(a.positives.map((x) => -2 * a.d(x) ** 2)))),
  circle: (pairs) => meanOfPositive(ofAnchors(pairs, both, (a) => softplus(
    lse(a.positives.map((p) => -80 * hinge(1.4 - a.s(p)) * (a.s(p) - 0.6))) + lse(a.negatives.map((n) => 80 * hinge(a.s(n) + 0.4) * (a.s(n) - 0.4))),
  ))),
  'N-pairs': ({ anchors, labels }) => {
    const first = [...new Set(labels)].flatMap((label) => anchors.find((a) => labels[a.a] === label && a.positives.length > 0) ?? []);
    return mean(first.map((a) => lse(first.map((other) => a.s(other.positives[0]!))) - a.s(a.positives[0]!)));
  },
};

type Loss = (o: Library, e: tensorflow.Tensor, y: tensorflow.Tensor1D, others?: all.OtherExamples) => tensorflow.Tensor;

/** The same by the package. */
export const losses: Readonly<Record<string, Loss>> = {
  contrastive: (o, e, y, others) => o.contrastiveLoss(e, y, { others }),
  'contrastive, mean': (o, e, y, others) => o.contrastiveLoss(e, y, { others, positiveMargin: 0.2, negativeMargin: 1.3, reduction: 'mean' }),
  triplet: (o, e, y, others) => o.tripletMarginLoss(e, y, { others }),
  'triplet, mean': (o, e, y, others) => o.tripletMarginLoss(e, y, { others, margin: 0.3, reduction: 'mean' }),
  'triplet, by anchor': (o, e, y, others) => o.tripletMarginLoss(e, y, { others, margin: 0.3, reduction: 'perAnchor' }),
  'triplet, swap': (o, e, y, others) => o.tripletMarginLoss(e, y, { others, margin: 0.2, swap: true }),
  'triplet, smooth': (o, e, y, others) => o.tripletMarginLoss(e, y, { others, smooth: true }),
  'triplet, smooth and swap by anchor': (o, e, y, others) => o.tripletMarginLoss(e, y, { others, smooth: true, swap: true, reduction: 'perAnchor' }),
  'triplet, semihard': (o, e, y, others) => o.tripletMarginLoss(e, y, { others, margin: 0.3, mine: o.tripletMarginMiner({ kind: 'semihard', margin: 0.4 }) }),
  margin: (o, e, y, others) => o.marginLoss(e, y, { others }),
  'margin, b by class': (o, e, y, others) => o.marginLoss(e, y, { others, beta: o.tf.tensor1d(Array.from({ length: 9 }, (_, c) => 1 + 0.1 * c)), margin: 0.1, nu: 0.5 }),
  'margin, hard': (o, e, y, others) => o.marginLoss(e, y, { others, mine: o.tripletMarginMiner({ kind: 'hard' }) }),
  lifted: (o, e, y) => o.liftedStructureLoss(e, y),
  'generalized lifted': (o, e, y, others) => o.generalizedLiftedStructureLoss(e, y, { others }),
  'NT-Xent': (o, e, y, others) => o.ntXentLoss(e, y, { others }),
  SupCon: (o, e, y, others) => o.supConLoss(e, y, { others }),
  'multi-similarity': (o, e, y, others) => o.multiSimilarityLoss(e, y, { others }),
  NCA: (o, e, y, others) => o.ncaLoss(e, y, { others }),
  'NCA, negatives': (o, e, y, others) => o.ncaLoss(e, y, { others, scale: 2, denominator: 'negatives' }),
  circle: (o, e, y, others) => o.circleLoss(e, y, { others }),
  'N-pairs': (o, e, y) => o.nPairsLoss(e, y),
};

/** Those that compare a batch with itself alone. */
export const withinBatch: readonly string[] = ['lifted', 'N-pairs'];
/** Those with constants that are not those of the value: finite differences say something else. */
export const withConstants: readonly string[] = ['circle'];

/** Rows and labels as tensors. */
export const examplesOf = ({ tf }: Library, batch: Batch): all.OtherExamples => ({ embeddings: tf.tensor2d(batch.rows as number[][]), labels: tf.tensor1d(batch.labels as number[], 'int32') });
