import { compensatedSum } from '../../inputs/compensated-sum.ts';
import type { Matrix } from '../../inputs/predictions.ts';

/** Temperatures that the squared error, which is not convex, is scanned for. */
const [coolest, hottest, scanned] = [0.05, 5, 60];

/** A temperature that was found by trying others. */
export interface TriedTemperature {
  readonly temperature: number;
  /** Looks at all of the data. */
  readonly iterations: number;
  /** Says so where it is the lowest or the highest that is looked at. */
  readonly warnings: readonly string[];
}

/** Softmax of rows (shifted to a maximum of 0) times beta, row by row into the same array. */
export function eachRow({ rows, columns, values }: Matrix, beta: number, visit: (row: number, probabilities: Float64Array) => void): void {
  const p = new Float64Array(columns);
  for (let n = 0; n < rows; n++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += p[k] = Math.exp(beta * values[n * columns + k]!);
    for (let k = 0; k < columns; k++) p[k]! /= sum;
    visit(n, p);
  }
}

function squaredError(shifted: Matrix, labels: Int32Array, temperature: number): number {
  const total = compensatedSum();
  eachRow(shifted, 1 / temperature, (n, p) => {
    const own = p[labels[n]!]!;
    let sum = (1 - own) * (1 - own) - own * own;
    for (let k = 0; k < p.length; k++) sum += p[k]! * p[k]!;
    total.add(sum);
  });
  return total.value / (shifted.rows * shifted.columns);
}

/** Golden section. */
function minimum(f: (x: number) => number, from: number, to: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [lo, hi] = [from, to];
  let [a, b] = [hi - ratio * (hi - lo), lo + ratio * (hi - lo)];
  let [fa, fb] = [f(a), f(b)];
  while (hi - lo > 1e-10) {
    if (fa <= fb) {
      [hi, b, fb] = [b, a, fa];
      a = hi - ratio * (hi - lo);
      fa = f(a);
    } else {
      [lo, a, fa] = [a, b, fb];
      b = lo + ratio * (hi - lo);
      fb = f(b);
    }
  }
  return fa <= fb ? a : b;
}

/**
 * The temperature in [0.05, 5] of least squared error over samples and classes: the best of a scan, then golden section between its neighbours.
 *
 * @param shifted logits `[n, classes]`, the largest of each row 0
 */
export function leastSquaresTemperature(shifted: Matrix, labels: Int32Array): TriedTemperature {
  let iterations = 0;
  const error = (temperature: number): number => {
    iterations++;
    return squaredError(shifted, labels, temperature);
  };
  const grid = Array.from({ length: scanned }, (_, i) => coolest * (hottest / coolest) ** (i / (scanned - 1)));
  const errors = grid.map(error);
  const best = errors.indexOf(Math.min(...errors));
  const found = minimum(error, grid[Math.max(0, best - 1)]!, grid[Math.min(scanned - 1, best + 1)]!);
  const temperature = error(found) <= errors[best]! ? found : grid[best]!;
  const isAtBound = temperature <= coolest * 1.0001 || temperature >= hottest * 0.9999;
  return { temperature, iterations, warnings: isAtBound ? [`the temperature of least squared error lies outside [${coolest}, ${hottest}]`] : [] };
}
