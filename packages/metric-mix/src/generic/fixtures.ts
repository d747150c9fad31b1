import { createRng, uniform } from '@mixwell/tensor';
import { type Library, sum } from '../fixtures.ts';
import type * as all from '../tf.ts';

/** Soft labels: some of them 0, some 1, the others between. */
export function drawnLabels(seed: number, n: number, width: number): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => Array.from({ length: width }, () => Math.min(1, Math.max(0, uniform(rng, -0.4, 1.4)))));
}

/** True for about two thirds. */
export function drawnMask(seed: number, n: number, width: number): boolean[][] {
  const rng = createRng(seed);
  return Array.from({ length: n }, () => Array.from({ length: width }, () => uniform(rng) < 2 / 3));
}

export interface SpecCase {
  readonly spec: (o: Library) => all.LossSpec;
  readonly rho: readonly [positive: (x: number) => number, negative: (x: number) => number];
  readonly sigma: readonly [positive: (sum: number) => number, negative: (sum: number) => number];
  readonly tau: (x: number) => number;
  /** Whether an anchor must have both sides, positives alone, or any. */
  readonly needs: 'both' | 'positives' | 'any';
  readonly all?: true;
  /** Whether terms of pairs can be reduced. */
  readonly additive?: true;
}

const id = (x: number): number => x;
const relu = (x: number): number => Math.max(x, 0);
const logOne = (scale: number) => (x: number): number => Math.log1p(x) / scale;

/** The table of the paper, row by row, by its formulas. */
export const specCases: Readonly<Record<string, SpecCase>> = {
  contrastive: { spec: (o) => o.contrastive({ m: 0.3 }), rho: [(s) => -s, (s) => relu(s - 0.3)], sigma: [id, id], tau: id, needs: 'any', additive: true },
  'contrastive of distances': {
    spec: (o) => o.contrastive({ form: 'distance', m: 1.3, positiveMargin: 0.9 }), rho: [(d) => relu(d - 0.9), (d) => relu(1.3 - d)], sigma: [id, id], tau: id, needs: 'any', additive: true,
  },
  binomialDeviance: {
    spec: (o) => o.binomialDeviance({ beta: 2, gamma: 10, m: 0.4 }), rho: [(s) => Math.log1p(Math.exp(-2 * (s - 0.4))), (s) => Math.log1p(Math.exp(10 * (s - 0.4)))], sigma: [id, id], tau: id, needs: 'any', additive: true,
  },
  lifted: { spec: (o) => o.lifted({ m: 0.2 }), rho: [(s) => Math.exp(-s), (s) => Math.exp(s - 0.2)], sigma: [Math.log, Math.log], tau: relu, needs: 'both' },
  multiSimilarity: {
    spec: (o) => o.multiSimilarity({ beta: 4, gamma: 12, m: 0.5 }), rho: [(s) => Math.exp(-4 * (s - 0.5)), (s) => Math.exp(12 * (s - 0.5))], sigma: [logOne(4), logOne(12)], tau: id, needs: 'any',
  },
  proxyAnchor: { spec: (o) => o.proxyAnchor({ beta: 8, gamma: 16 }), rho: [(s) => Math.exp(-8 * (s - 0.1)), (s) => Math.exp(16 * (s + 0.1))], sigma: [logOne(8), logOne(16)], tau: id, needs: 'any' },
  nca: { spec: (o) => o.nca({ temperature: 0.3 }), rho: [(s) => Math.exp(s / 0.3), (s) => Math.exp(s / 0.3)], sigma: [(x) => -Math.log(x), Math.log], tau: id, needs: 'both' },
  'nca over all': {
    spec: (o) => o.nca({ temperature: 0.3, denominator: 'all' }), rho: [(s) => Math.exp(s / 0.3), (s) => Math.exp(s / 0.3)], sigma: [(x) => -Math.log(x), Math.log], tau: id, needs: 'positives', all: true,
  },
  'one of its own, with plain functions': {
    spec: ({ tf, logOnePlusSum }) => ({ rhoPos: (s) => tf.square(tf.sub(s, 2)), rhoNeg: { log: (s) => tf.mul(s, 3) }, sigmaPos: logOnePlusSum(0.5), sigmaNeg: (x) => tf.sqrt(tf.add(x, 1)), tau: (x) => tf.mul(x, 2) }),
    rho: [(s) => (s - 2) ** 2, (s) => Math.exp(3 * s)], sigma: [(x) => Math.log1p(x) / 2, (x) => Math.sqrt(x + 1)], tau: (x) => 2 * x, needs: 'any',
  },
};

/** A term of a pair, by its weight. */
interface Weighted {
  readonly x: number;
  readonly y: number;
}

/** The loss of an anchor, or null where it is left out. */
export function anchorLoss({ rho, sigma, tau, needs, all }: SpecCase, pairs: readonly Weighted[]): number | null {
  const positives = pairs.filter(({ y }) => y > 0);
  const negatives = pairs.filter(({ y }) => all === true || y < 1);
  if (pairs.length === 0 || (needs !== 'any' && positives.length === 0) || (needs === 'both' && negatives.length === 0)) return null;
  const [ofPositives, ofNegatives] = [sum(positives.map(({ x, y }) => y * rho[0](x))), sum(negatives.map(({ x, y }) => (all === true ? 1 : 1 - y) * rho[1](x)))];
  return tau(sigma[0](ofPositives) + sigma[1](ofNegatives));
}

/** The mean over the anchors that count, 0 for none. */
export function meanLoss(losses: readonly (number | null)[]): number {
  const counted = losses.filter((loss) => loss !== null);
  return counted.length === 0 ? 0 : sum(counted) / counted.length;
}

/** The generic loss by its definition. */
export function definition(one: SpecCase, x: readonly (readonly number[])[], labels: readonly (readonly number[])[], mask?: readonly (readonly boolean[])[]): number {
  return meanLoss(x.map((row, a) => anchorLoss(one, row.map((value, j) => ({ x: value, y: labels[a]![j]! })).filter((_, j) => mask?.[a]![j] ?? true))));
}
