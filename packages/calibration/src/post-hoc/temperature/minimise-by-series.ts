/** Derivatives of a convex function at a point: the first up to the sixth. */
export type Series = readonly [number, number, number, number, number, number];

export interface Minimum {
  readonly at: number;
  /** The first derivative there. */
  readonly slope: number;
  /** Points at which the series was asked for. */
  readonly iterations: number;
  /** Which end of the range was taken because the function still falls there. */
  readonly bound: 'lower' | 'upper' | null;
}

export interface Range {
  readonly start: number;
  readonly lower: number;
  readonly upper: number;
}

/** A series is trusted whose terms shrink by this factor at least, each to the next. */
const shrinking = 0.1;
/** What a step may leave of the slope. */
const part = 1e-5;
const mostIterations = 200;

/** The Taylor polynomial of the slope `step` away, its own derivative, and what the terms that it lacks may come to: a geometric series, going on as the last ones do. */
function expand(series: Series, step: number): { readonly slope: number; readonly curvature: number; readonly remainder: number } {
  let [slope, curvature, power] = [0, 0, 1]; // power: step^i / i!
  const terms: number[] = [];
  for (let i = 0; i < series.length; i++) {
    terms.push(Math.abs(series[i]! * power));
    slope += series[i]! * power;
    if (i + 1 < series.length) curvature += series[i + 1]! * power;
    power *= step / (i + 1);
  }
  const ratio = Math.max(terms[4]! / terms[3]!, terms[5]! / terms[4]!);
  return { slope, curvature, remainder: ratio <= shrinking ? Math.max(terms[4]! * ratio, terms[5]!) * (ratio / (1 - ratio)) : Infinity };
}

/** The root of the Taylor polynomial that Newton's iteration finds from the point itself. */
function rootOf(series: Series): number {
  let step = 0;
  for (let i = 0; i < 50; i++) {
    const { slope, curvature } = expand(series, step);
    const next = step - slope / curvature;
    if (Math.abs(next - step) <= 1e-16 * Math.abs(next)) return next;
    step = next;
  }
  return step;
}

/**
 * The minimum over `[lower, upper]` of a convex function of a positive argument. Each iteration asks for six derivatives and steps to the root of their Taylor
 * polynomial; where that leaves the bracket or does not shrink, to Newton's point, else to the geometric middle of the bracket. Once what the series lacks
 * is negligible at the root, the root is the answer: the function is not looked at there again.
 *
 * @param tolerance of the slope
 */
export function minimiseBySeries(at: (x: number) => Series, { start, lower, upper }: Range, tolerance: number): Minimum {
  let [lo, hi] = [0, Infinity]; // once inside [lower, upper], points whose slopes are known
  let [x, lastStep] = [Math.min(upper, Math.max(lower, start)), Infinity];
  for (let iterations = 1; ; iterations++) {
    const series = at(x);
    const [slope, curvature] = series;
    if (x === upper && slope <= 0) return { at: x, slope, iterations, bound: 'upper' };
    if (x === lower && slope >= 0) return { at: x, slope, iterations, bound: 'lower' };
    if (slope < 0) lo = x;
    else hi = x;
    const root = rootOf(series);
    const { slope: left, remainder } = expand(series, root);
    // a falling tail without a minimum has small terms too, but none that are small beside its slope
    const isExact = Math.abs(left) + remainder <= Math.min(tolerance, part * Math.abs(slope));
    if (slope === 0) return { at: x, slope, iterations, bound: null };
    if (isExact && x + root >= Math.max(lo, lower) && x + root <= Math.min(hi, upper)) return { at: x + root, slope: left, iterations, bound: null };
    const step = [root, -slope / curvature].find((s) => x + s > lo && x + s < hi && Math.abs(s) <= lastStep / 2);
    const unseen = slope < 0 ? (hi === Infinity ? upper : null) : lo === 0 ? lower : null;
    const next = Math.min(upper, Math.max(lower, step === undefined ? unseen ?? Math.sqrt(lo * hi) : x + step));
    if (next === x || next === lo || next === hi || iterations === mostIterations) return { at: x, slope, iterations, bound: null };
    [x, lastStep] = [next, Math.abs(next - x)];
  }
}
