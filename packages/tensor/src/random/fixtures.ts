/** √n · D of Kolmogorov and Smirnov: above 1.95 once in a thousand samples of the distribution. */
export function kolmogorov(values: Float64Array, distribution: (x: number) => number): number {
  const n = values.length;
  const worst = values.toSorted().reduce((most, x, i) => Math.max(most, Math.abs(distribution(x) - i / n), Math.abs(distribution(x) - (i + 1) / n)), 0);
  return Math.sqrt(n) * worst;
}

/** How many standard errors the mean of the values is from what it should be. */
export function meanError(values: Float64Array, mean: number, variance: number): number {
  return Math.abs(values.reduce((sum, x) => sum + x, 0) / values.length - mean) / Math.sqrt(variance / values.length);
}

/** How many standard errors a share of n is from its probability. */
export const shareError = (share: number, probability: number, n: number): number => Math.abs(share - probability) / Math.sqrt((probability * (1 - probability)) / n);

export const sample = (n: number, draw: () => number): Float64Array => new Float64Array(n).map(draw);

export const shareOf = (values: Float64Array, holds: (x: number) => boolean): number => values.filter(holds).length / values.length;

/** Sum of terms from the first on, until they no longer count. */
function series(first: number, next: (term: number, n: number) => number): number {
  let sum = first;
  for (let n = 1, term = first; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term = next(term, n);
    sum += term;
  }
  return sum;
}

/** Φ(x) = 1/2 + φ(x) · (x + x³/3 + x⁵/(3·5) + …): Marsaglia, "Evaluating the Normal Distribution", 2004. */
export const normalDistribution = (x: number): number =>
  0.5 + (x === 0 ? 0 : (Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI)) * series(x, (term, n) => (term * x * x) / (2 * n + 1)));

/** xᵃ e⁻ˣ Σ xⁿ / Γ(a + n + 1), with Γ(a + 1) given. DLMF 8.7.1. */
export const gammaDistribution = (a: number, gammaOfNext: number) => (x: number): number =>
  series((x ** a * Math.exp(-x)) / gammaOfNext, (term, n) => (term * x) / (a + n));

/** xᵃ / (a B(a, a)) · F(a, 1 − a; a + 1; x) for x ≤ 1/2, with B(a, a) given. DLMF 8.17.7. */
export const symmetricBetaDistribution = (a: number, betaOfA: number) => function distribution(x: number): number {
  if (x > 0.5) return 1 - distribution(1 - x);
  let coefficient = 1;
  return (x ** a / betaOfA) * series(1 / a, (_, n) => {
    coefficient *= ((n - a) / n) * x;
    return coefficient / (a + n);
  });
};
