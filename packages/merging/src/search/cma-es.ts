// Hansen, "The CMA Evolution Strategy: A Tutorial", 2016, arXiv 1604.00772: weights, step size control, rank-one and rank-µ update with its default settings.
import { createRng, normal } from '@mixwell/tensor';
import { EigenvalueDecomposition, Matrix } from 'ml-matrix';
import type { Search } from './search-lambda.ts';

interface Settings {
  readonly population: number;
  /** `[µ]`, of the best of a population, sum 1. */
  readonly weights: readonly number[];
  readonly effective: number;
  readonly pathRate: number;
  readonly sigmaRate: number;
  readonly sigmaDamping: number;
  readonly rankOne: number;
  readonly rankMu: number;
  /** E‖N(0, I)‖ */
  readonly meanNorm: number;
}

function settingsFor(n: number): Settings {
  const population = 4 + Math.floor(3 * Math.log(n));
  const half = Array.from({ length: Math.floor(population / 2) }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const sum = half.reduce((a, b) => a + b);
  const weights = half.map((w) => w / sum);
  const effective = 1 / weights.reduce((a, w) => a + w * w, 0);
  const rankOne = 2 / ((n + 1.3) ** 2 + effective);
  const sigmaRate = (effective + 2) / (n + effective + 5);
  return {
    population, weights, effective, rankOne, sigmaRate,
    pathRate: (4 + effective / n) / (n + 4 + (2 * effective) / n),
    sigmaDamping: 1 + 2 * Math.max(0, Math.sqrt((effective - 1) / (n + 1)) - 1) + sigmaRate,
    rankMu: Math.min(1 - rankOne, (2 * (effective - 2 + 1 / effective)) / ((n + 2) ** 2 + effective)),
    meanNorm: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

interface Distribution {
  /** `[n]`, in units of the box */
  readonly mean: Matrix;
  readonly sigma: number;
  /** `[n, n]` */
  readonly covariance: Matrix;
  readonly covariancePath: Matrix;
  readonly sigmaPath: Matrix;
  readonly generation: number;
}

/** Directions of the covariance, and deviations along them. */
function axesOf(covariance: Matrix): { readonly directions: Matrix; readonly deviations: readonly number[] } {
  const { eigenvectorMatrix, realEigenvalues } = new EigenvalueDecomposition(covariance, { assumeSymmetric: true });
  return { directions: eigenvectorMatrix, deviations: realEigenvalues.map((value) => Math.sqrt(Math.max(value, 1e-20))) };
}

/** Moves the distribution to the best steps of a population. @param steps `[µ]` of N(0, C), the best first @param white their weighted mean as of N(0, I) */
function updated(d: Distribution, steps: readonly Matrix[], white: Matrix, s: Settings): Distribution {
  const n = d.mean.rows;
  const step = steps.reduce((sum, y, i) => sum.add(Matrix.mul(y, s.weights[i]!)), Matrix.zeros(n, 1));
  const sigmaPath = Matrix.mul(d.sigmaPath, 1 - s.sigmaRate).add(Matrix.mul(white, Math.sqrt(s.sigmaRate * (2 - s.sigmaRate) * s.effective)));
  const length = sigmaPath.norm();
  const isShort = length / Math.sqrt(1 - (1 - s.sigmaRate) ** (2 * (d.generation + 1))) < (1.4 + 2 / (n + 1)) * s.meanNorm;
  const covariancePath = Matrix.mul(d.covariancePath, 1 - s.pathRate);
  if (isShort) covariancePath.add(Matrix.mul(step, Math.sqrt(s.pathRate * (2 - s.pathRate) * s.effective)));
  const kept = 1 - s.rankOne - s.rankMu + (isShort ? 0 : s.rankOne * s.pathRate * (2 - s.pathRate));
  const covariance = Matrix.mul(d.covariance, kept).add(covariancePath.mmul(covariancePath.transpose()).mul(s.rankOne));
  steps.forEach((y, i) => covariance.add(y.mmul(y.transpose()).mul(s.rankMu * s.weights[i]!)));
  return {
    mean: Matrix.add(d.mean, Matrix.mul(step, d.sigma)),
    sigma: d.sigma * Math.exp((s.sigmaRate / s.sigmaDamping) * (length / s.meanNorm - 1)),
    covariance, covariancePath, sigmaPath,
    generation: d.generation + 1,
  };
}

/** What left the box is scored at its border, less the squared way back in units of the box, weighed by how much scores of the population differ. */
function rank(scores: readonly number[], outside: readonly number[]): number[] {
  const finite = scores.filter(Number.isFinite);
  const spread = finite.length > 0 ? Math.max(...finite) - Math.min(...finite) || 1 : 1;
  const value = (i: number): number => scores[i]! - spread * outside[i]!;
  return scores.map((_, i) => i).sort((a, b) => value(b) - value(a) || a - b);
}

/** Begins with the start itself, so that nothing worse is ever found, then draws populations until the budget is used up. */
export async function cmaEs({ n, low, high, start, seed, evaluate, left }: Search): Promise<void> {
  const [rng, settings, width] = [createRng(seed), settingsFor(n), high - low];
  await evaluate(start);
  let d: Distribution = {
    mean: Matrix.columnVector(start.map((value) => (value - low) / width)), sigma: 0.3, generation: 0,
    covariance: Matrix.eye(n), covariancePath: Matrix.zeros(n, 1), sigmaPath: Matrix.zeros(n, 1),
  };
  while (left() >= settings.population) {
    const { directions, deviations } = axesOf(d.covariance);
    const drawn = Array.from({ length: settings.population }, () => Matrix.columnVector(Array.from({ length: n }, () => normal(rng))));
    const steps = drawn.map((z) => directions.mmul(Matrix.columnVector(z.to1DArray().map((v, i) => v * deviations[i]!))));
    const points = steps.map((y) => Matrix.add(d.mean, Matrix.mul(y, d.sigma)).to1DArray());
    const scores: number[] = [];
    for (const point of points) scores.push(await evaluate(point.map((x) => low + width * Math.min(Math.max(x, 0), 1))));
    const outside = points.map((point) => point.reduce((sum, x) => sum + (x - Math.min(Math.max(x, 0), 1)) ** 2, 0));
    const best = rank(scores, outside).slice(0, settings.weights.length);
    const white = best.reduce((sum, k, i) => sum.add(Matrix.mul(drawn[k]!, settings.weights[i]!)), Matrix.zeros(n, 1));
    d = updated(d, best.map((k) => steps[k]!), directions.mmul(white), settings);
  }
}
