// Zadrozny, Elkan: Transforming classifier scores into accurate multiclass probability estimates, 2002; pool adjacent violators: Ayer et al. 1955.
import { type HostTensor, hostTensor } from '@mixwell/tensor';
import type { ArrayInput } from '../../inputs/predictions.ts';
import { readBinaryScores, readScored, whyConstant } from './scores.ts';

/** A monotone map, linear between its knots and constant outside: plain data that survives JSON. */
export interface IsotonicCalibrator {
  readonly type: 'isotonic';
  readonly version: 1;
  /** Scores of the knots, growing. */
  readonly x: readonly number[];
  /** Probabilities of the knots. */
  readonly y: readonly number[];
  /** Added to the probability: this times the score. 0, or 1e-9 to keep the order of scores that the map ties. */
  readonly tilt: number;
  readonly warnings: readonly string[];
}

export interface FitIsotonicOptions {
  /** Whether larger scores mean more events. Default true. */
  readonly increasing?: boolean;
  /** Whether scores that get the same probability keep their order, by adding 1e-9 times the score. Default false. */
  readonly interpolateTies?: boolean;
}

interface Pool {
  events: number;
  count: number;
  firstX: number;
  lastX: number;
}

/** Pools of equal scores, in order, then of neighbours whose shares do not grow. */
function pools(scores: Float64Array, outcomes: ArrayLike<number>): readonly Pool[] {
  const order = Uint32Array.from(scores, (_, i) => i).sort((i, j) => scores[i]! - scores[j]! || i - j);
  const stack: Pool[] = [];
  const settle = (): void => {
    for (let top = stack.length - 1; top > 0; top--) {
      const [before, last] = [stack[top - 1]!, stack[top]!];
      if (before.events * last.count < last.events * before.count) return;
      stack.pop();
      stack[top - 1] = { events: before.events + last.events, count: before.count + last.count, firstX: before.firstX, lastX: last.lastX };
    }
  };
  for (let at = 0; at < order.length;) {
    const x = scores[order[at]!]!;
    const pool: Pool = { events: 0, count: 0, firstX: x, lastX: x };
    for (; at < order.length && scores[order[at]!] === x; at++) {
      pool.events += outcomes[order[at]!]!;
      pool.count++;
    }
    stack.push(pool);
    settle();
  }
  return stack;
}

/**
 * Isotonic regression: the monotone map of least squared error. Equal scores are averaged first.
 *
 * @param scores `[n]`, any finite numbers
 * @param outcomes `[n]`, 0 or 1
 * @throws RangeError naming the first bad row
 */
export function fitIsotonic(scores: ArrayInput, outcomes: ArrayInput, { increasing = true, interpolateTies = false }: FitIsotonicOptions = {}): IsotonicCalibrator {
  const scored = readScored(scores, outcomes, interpolateTies, 'fitIsotonic');
  const direction = increasing ? 1 : -1;
  const knots = pools(scored.scores, scored.outcomes.map((o) => direction * o)).flatMap(({ events, count, firstX, lastX }) => {
    const y = (direction * events) / count;
    return firstX === lastX ? [{ x: firstX, y }] : [{ x: firstX, y }, { x: lastX, y }];
  });
  const constant = whyConstant(scored);
  return { type: 'isotonic', version: 1, x: knots.map(({ x }) => x), y: knots.map(({ y }) => y + 0), tilt: interpolateTies ? 1e-9 * direction : 0, warnings: constant === undefined ? [] : [constant] };
}

/** Probabilities `[n]` of scores `[n]`. */
export function applyIsotonic({ x, y, tilt }: Pick<IsotonicCalibrator, 'x' | 'y' | 'tilt'>, scores: ArrayInput): HostTensor<'float64'> {
  const read = readBinaryScores(scores, tilt !== 0, 'applyIsotonic');
  return hostTensor('float64', [read.length], read.map((s) => {
    let [lo, hi] = [0, x.length - 1];
    while (hi - lo > 1) {
      const middle = (lo + hi) >> 1;
      if (x[middle]! <= s) lo = middle;
      else hi = middle;
    }
    const share = lo === hi ? 0 : Math.min(1, Math.max(0, (s - x[lo]!) / (x[hi]! - x[lo]!)));
    return (1 - share) * y[lo]! + share * y[hi]! + tilt * s;
  }));
}
