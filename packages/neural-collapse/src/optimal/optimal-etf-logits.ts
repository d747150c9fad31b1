import { toHost, type ToHostInput } from '@mixwell/tensor';
import { checkPositive } from '../input/check.ts';
import { readVector } from '../input/read.ts';
import { checkTarget } from './mixed-target.ts';

export interface EtfProblem {
  /** m, length of the classifier's rows, > 0. */
  readonly norm: number;
  /** μ of the penalty (μ / 2) ‖h‖², > 0. */
  readonly mu: number;
}

export interface EtfLogits {
  /** W h* `[classes]`: they sum to 0. */
  readonly logits: Float64Array;
  /** softmax of the logits, `[classes]`. */
  readonly probs: Float64Array;
}

/** log p for κ p + log p = r, in log p, where nothing overflows: Newton from a start that lies close on either side of the bend at p = 1 / κ. */
function logRoot(kappa: number, r: number): number {
  let u = r > 0 ? Math.min(r, Math.log(Math.max(r, 1e-300) / kappa) + 0.5) : Math.min(r, -Math.log(kappa) + 0.5);
  for (let step = 0; step < 100; step++) {
    const p = kappa * Math.exp(u);
    const change = (u + p - r) / (1 + p);
    u -= change;
    if (Math.abs(change) <= 4e-16 * Math.max(1, Math.abs(u))) break;
  }
  return u;
}

/** Σ p − 1 for a constant c, its derivative, and log p. */
function excess(kappa: number, target: Float64Array, c: number): { readonly value: number; readonly slope: number; readonly logs: Float64Array } {
  const logs = target.map((y) => logRoot(kappa, kappa * y - c));
  let value = -1;
  let slope = 0;
  for (const u of logs) {
    const p = Math.exp(u);
    value += p;
    slope -= p / (1 + kappa * p);
  }
  return { value, slope, logs };
}

/**
 * Logits of the feature that minimises CE(W h, y) + (μ / 2) ‖h‖² where W is a simplex ETF. All are given by one number c, the log-sum-exp of the logits:
 * log p + κ p = κ y − c for every class with κ = m² C / ((C − 1) μ), and Σ p = 1 falls in c: Newton, held within an interval that bisection shrinks.
 *
 * The unconstrained features model of Fisher, Meng, Papyan, "Pushing Boundaries: Mixup's Influence on Neural Collapse", ICLR 2024, arXiv 2402.06171.
 *
 * @param target y `[classes]`: at least two classes, ≥ 0, sums to 1; of mixup, of label smoothing, or any other
 * @throws {RangeError} for norm or mu ≤ 0, a target that is no distribution
 */
export function optimalEtfLogits(target: ToHostInput, { norm, mu }: EtfProblem): EtfLogits {
  const y = readVector('optimalEtfLogits', 'target', target, toHost(target).data.length);
  checkTarget('optimalEtfLogits', y);
  checkPositive('optimalEtfLogits', 'norm', norm);
  checkPositive('optimalEtfLogits', 'mu', mu);
  const classes = y.length;
  if (classes < 2) throw new RangeError(`optimalEtfLogits: target must have at least 2 classes, got ${classes}`);
  const kappa = (norm * norm * classes) / ((classes - 1) * mu);
  let [low, high] = [-kappa - 50, kappa + 50 + Math.log(classes)];
  let c = Math.log(classes);
  let at = excess(kappa, y, c);
  for (let step = 0; step < 200 && high - low > 1e-15 * Math.max(1, Math.abs(c)); step++) {
    if (at.value > 0) low = c;
    else high = c;
    const newton = c - at.value / at.slope;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === c) break;
    c = next;
    at = excess(kappa, y, c);
  }
  const mean = at.logs.reduce((sum, u) => sum + u, 0) / classes;
  return { logits: at.logs.map((u) => u - mean), probs: at.logs.map((u) => Math.exp(u)) };
}
