// Angelopoulos et al. 2021 (arXiv 2009.14193), algorithms 4 and 5.
import { type ArrayInput, type Predictions, readLabels } from '../inputs/predictions.ts';
import { probabilityMatrix } from '../inputs/softmax.ts';
import { drawsOf, type Randomness, scoreMatrix } from './conformal-scores.ts';
import { checkAlpha, conformalQuantile } from './fit-conformal.ts';

export interface RapsParameters {
  readonly method: 'raps';
  readonly lambda: number;
  readonly kreg: number;
}

const lambdas = [0.001, 0.01, 0.1, 0.2, 0.5];

/** Classes that come before the label. */
function placeOf(p: Float64Array, label: number): number {
  return p.reduce((before, x, k) => before + (x > p[label]! || (x === p[label]! && k < label) ? 1 : 0), 0);
}

/**
 * lambda and kreg for RAPS, from samples that are used for nothing else (not to fit the sets either): kreg is the rank that holds the label of 1 − alpha of the samples,
 * lambda that of 0.001, 0.01, 0.1, 0.2, 0.5 that makes the sets smallest on average.
 *
 * @param predictions `{ logits }` or `{ probabilities }` `[n, classes]`
 * @param labels `[n]` classes
 * @throws {RangeError} naming the first bad row, or for alpha outside (0, 1)
 */
export function tuneRaps(predictions: Predictions, labels: ArrayInput, options: { readonly alpha: number; readonly random?: Randomness }): RapsParameters {
  const name = 'tuneRaps';
  const { alpha, random } = options;
  checkAlpha(alpha, name);
  const { rows, columns, values } = probabilityMatrix(predictions, name);
  const y = readLabels(labels, rows, columns, name);
  const draws = drawsOf(random, rows, name);
  const places = Int32Array.from(y, (label, n) => placeOf(values.subarray(n * columns, (n + 1) * columns), label)).sort();
  const kreg = 1 + places[Math.ceil((rows - 1) * (1 - alpha))]!;
  const sizeOf = (lambda: number): number => {
    const scores = scoreMatrix({ rows, columns, values: values.slice() }, draws, { method: 'raps', lambda, kreg }).values;
    const limit = conformalQuantile(Array.from(y, (label, n) => scores[n * columns + label]!), alpha);
    return scores.reduce((size, s) => size + (s <= limit ? 1 : 0), 0);
  };
  const sizes = lambdas.map(sizeOf);
  return { method: 'raps', lambda: lambdas[sizes.indexOf(Math.min(...sizes))]!, kreg };
}
