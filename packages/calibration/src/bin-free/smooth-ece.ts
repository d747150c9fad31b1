// Błasiok, Nakkiran: Smooth ECE: Principled Reliability Diagrams via Kernel Smoothing, 2023 (arXiv 2309.12236).
import { type CalibrationMode, type Events, modeOf, readEvents } from '../inputs/events.ts';
import type { ArrayInput, EventPredictions, Predictions } from '../inputs/predictions.ts';
import type { BinFreeOptions } from './ks-error.ts';

/** Places in [0, 1] at which the smoothed residual is read. */
const points = 2048;
/** Widths below are not resolved. */
const smallestWidth = 1e-3;
/** Beyond so many samples residuals are first spread over a grid, linearly between its two nearest nodes (an error of about (1/4096 / width)² / 8). */
const exactSamples = 8192;
const gridNodes = 4096;

/** Where residuals (outcome − confidence) / n lie. */
interface Residuals {
  readonly places: Float64Array;
  readonly weights: Float64Array;
}

function residualsOf({ confidence, outcome }: Events): Residuals {
  const n = confidence.length;
  const weights = Float64Array.from(confidence, (c, i) => (outcome[i]! - c) / n);
  if (n <= exactSamples) return { places: confidence, weights };
  const grid = new Float64Array(gridNodes);
  for (let i = 0; i < n; i++) {
    const place = confidence[i]! * gridNodes - 0.5;
    const below = Math.floor(place);
    // beyond the outer nodes lies the reflection of the same node
    grid[Math.max(0, below)]! += weights[i]! * (below + 1 - place);
    grid[Math.min(gridNodes - 1, below + 1)]! += weights[i]! * (place - below);
  }
  return { places: Float64Array.from(grid, (_, i) => (i + 0.5) / gridNodes), weights: grid };
}

/** Modes above exp(−(πks)²/2) = 1e-16 at width s. */
const modesAt = (width: number): number => Math.ceil(8.6 / (Math.PI * width)) + 1;

/** Adds factor · cos(kπx) to each `to[k]`. */
function addCosines(to: Float64Array, x: number, factor: number): void {
  const twice = 2 * Math.cos(Math.PI * x);
  let [before, here] = [twice / 2, 1]; // cos(−πx), cos 0
  for (let k = 0; k < to.length; k++) {
    to[k]! += factor * here;
    [before, here] = [here, twice * here - before];
  }
}

/**
 * ∫ |r_s| over [0, 1] for any width s. A Gaussian reflected at 0 and 1 is the heat kernel there, whose modes are cos(kπt) with factors exp(−(πks)²/2): residuals are turned
 * into modes once, and a width only damps them.
 */
export function smoothedErrors(events: Events): (width: number) => number {
  const { places, weights } = residualsOf(events);
  const modes = new Float64Array(modesAt(smallestWidth));
  for (let i = 0; i < places.length; i++) if (weights[i] !== 0) addCosines(modes, places[i]!, 2 * weights[i]!);
  modes[0]! /= 2;
  return (width) => {
    const damped = Array.from(modes.subarray(0, modesAt(width)), (mode, k) => mode * Math.exp(-((Math.PI * k * width) ** 2) / 2));
    let total = 0;
    for (let i = 0; i < points; i++) {
      // Clenshaw's sum of damped[k] cos(kπt)
      const x = Math.cos((Math.PI * (i + 0.5)) / points);
      let [b1, b2] = [0, 0];
      for (let k = damped.length - 1; k > 0; k--) [b1, b2] = [damped[k]! + 2 * x * b1 - b2, b1];
      total += Math.abs(damped[0]! + x * b1 - b2);
    }
    return total / points;
  };
}

/** The width that the error has at that width; errors fall with the width. */
export function smoothEceOf(events: Events): number {
  const at = smoothedErrors(events);
  let [lo, hi] = [smallestWidth, 1];
  if (at(lo) <= lo) return at(lo);
  while (hi - lo > 1e-9 * hi) {
    const middle = (lo + hi) / 2;
    if (at(middle) > middle) lo = middle;
    else hi = middle;
  }
  return (lo + hi) / 2;
}

export interface SmoothEce {
  readonly value: number;
  readonly n: number;
  readonly mode: CalibrationMode;
  /** Standard deviation of the Gaussian. */
  readonly width: number;
}

export interface SmoothEceOptions extends BinFreeOptions {
  /** Standard deviation of the Gaussian, in [0.001, 1]. Default: the one that equals the error. */
  readonly width?: number;
}

/**
 * Smooth ECE: ∫ |r(t)| dt of the residual outcome − confidence, smoothed by a Gaussian that is reflected at 0 and 1. No bins; continuous in the predictions.
 * Where the error is below 0.001 the width is 0.001.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`, or `{ confidence }` `[n]`
 * @param labels `[n]` classes; outcomes 0 or 1 for `{ confidence }`
 * @throws {RangeError} naming the first bad row, or for a width outside [0.001, 1]
 */
export function smoothEce(predictions: Predictions | EventPredictions, labels: ArrayInput, options: SmoothEceOptions = {}): SmoothEce {
  const { width } = options;
  if (width !== undefined && !(width >= smallestWidth && width <= 1)) throw new RangeError(`smoothEce: width must be in [0.001, 1], got ${width}`);
  const events = readEvents(predictions, labels, 'smoothEce', options.mode);
  const value = width === undefined ? smoothEceOf(events) : smoothedErrors(events)(width);
  return { value, n: events.outcome.length, mode: modeOf(predictions, options.mode, 'smoothEce'), width: width ?? Math.max(smallestWidth, value) };
}
