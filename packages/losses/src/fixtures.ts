import { createRng, dirichlet, integer, normal, uniform } from '@mixwell/tensor';

/** What the losses take, as plain rows. */
export interface Drawn {
  readonly logits: number[][];
  readonly others: number[][];
  readonly targets: number[][];
  readonly labelsA: number[];
  readonly labelsB: number[];
  readonly lambdas: number[];
}

/** Random logits of size about `scale`, targets that sum to 1, labels and λ. */
export function drawn(seed: number, n: number, classes: number, scale = 2): Drawn {
  const rng = createRng(seed);
  const rows = <T>(row: () => T): T[] => Array.from({ length: n }, row);
  const logits = (): number[] => Array.from({ length: classes }, () => normal(rng, 0, scale));
  return {
    logits: rows(logits),
    others: rows(logits),
    targets: rows(() => Array.from(dirichlet(rng, Array.from({ length: classes }, () => 0.7)))),
    labelsA: rows(() => integer(rng, 0, classes)),
    labelsB: rows(() => integer(rng, 0, classes)),
    lambdas: rows(() => uniform(rng)),
  };
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The definitions of one sample, in float64 and without regard to speed. */
export const definitions = {
  logSoftmax(z: readonly number[]): number[] {
    const largest = Math.max(...z);
    const log = largest + Math.log(sum(z.map((x) => Math.exp(x - largest))));
    return z.map((x) => x - log);
  },
  softCrossEntropy(z: readonly number[], t: readonly number[], smoothing = 0): number {
    const log = definitions.logSoftmax(z);
    return -sum(t.map((share, k) => (share * (1 - smoothing) + smoothing / t.length) * log[k]!));
  },
  mixupCrossEntropy(z: readonly number[], a: number, b: number, lambda: number): number {
    const log = definitions.logSoftmax(z);
    return -lambda * log[a]! - (1 - lambda) * log[b]!;
  },
  binaryCrossEntropy(z: readonly number[], t: readonly number[]): number {
    const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    return sum(z.map((x, k) => t[k]! * softplus(-x) + (1 - t[k]!) * softplus(x))) / z.length;
  },
  klDivergence(p: readonly number[], q: readonly number[]): number {
    const [logP, logQ] = [definitions.logSoftmax(p), definitions.logSoftmax(q)];
    return sum(logP.map((log, k) => Math.exp(log) * (log - logQ[k]!)));
  },
  entropy(z: readonly number[]): number {
    return -sum(definitions.logSoftmax(z).map((log) => Math.exp(log) * log));
  },
  mixupAccuracy(z: readonly number[], a: number, b: number, lambda: number): number {
    const order = z.map((_, k) => k).sort((i, j) => z[j]! - z[i]! || i - j);
    const [heavy, light] = lambda > 0.5 ? [a, b] : [b, a];
    const share = Math.max(lambda, 1 - lambda);
    return share * Number(order[0] === heavy) + (1 - share) * Number(order[1] === light);
  },
};
