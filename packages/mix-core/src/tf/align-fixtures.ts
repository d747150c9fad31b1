import type { SinkhornOptions } from './sinkhorn.ts';

const logSumExp = (values: readonly number[]): number => {
  const largest = Math.max(...values);
  return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
};

/** Sinkhorn's sweeps in float64, as a loop that stops. */
export function referencePlan(costs: ArrayLike<number>, [n, r, c]: readonly [number, number, number], { epsilon = 0.1, sweeps = 100, tolerance = 0.1 }: SinkhornOptions = {}): Float64Array {
  const [u, v] = [new Float64Array(n * r), new Float64Array(n * c)];
  const at = (image: number, i: number, j: number): number => (u[image * r + i]! + v[image * c + j]! - costs[(image * r + i) * c + j]!) / epsilon;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let change = 0;
    for (let row = 0; row < n * r; row++) {
      const [image, i] = [Math.floor(row / r), row % r];
      const moved = epsilon * (Math.log(1 / r + 1e-8) - logSumExp(Array.from({ length: c }, (_, j) => at(image, i, j))));
      u[row]! += moved;
      change += Math.abs(moved) / n;
    }
    for (let column = 0; column < n * c; column++) {
      const [image, j] = [Math.floor(column / c), column % c];
      v[column]! += epsilon * (Math.log(1 / c + 1e-8) - logSumExp(Array.from({ length: r }, (_, i) => at(image, i, j))));
    }
    if (change < tolerance) break;
  }
  return Float64Array.from({ length: n * r * c }, (_, k) => Math.exp(at(Math.floor(k / (r * c)), Math.floor(k / c) % r, k % c)));
}

export interface AlignInput {
  /** [batch, positions, channels] */
  readonly features: ArrayLike<number>;
  readonly positions: number;
  readonly channels: number;
  readonly partner: readonly number[];
  readonly lambda: number;
  readonly aligned: 0 | 1;
}

/** [rows, positions, positions]: squared distances of features. */
export function referenceCosts({ features, positions, channels, partner }: AlignInput): Float64Array {
  return Float64Array.from({ length: partner.length * positions ** 2 }, (_, k) => {
    const [row, i, j] = [Math.floor(k / positions ** 2), Math.floor(k / positions) % positions, k % positions];
    let sum = 0;
    for (let d = 0; d < channels; d++) sum += (features[(row * positions + i) * channels + d]! - features[(partner[row]! * positions + j) * channels + d]!) ** 2;
    return sum;
  });
}

/** [rows, positions, channels]: AlignMix by its definition, for a transport that is known. */
export function referenceAligned({ features, positions, channels, partner, lambda, aligned }: AlignInput, plan: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: partner.length * positions * channels }, (_, k) => {
    const [row, i, d] = [Math.floor(k / (positions * channels)), Math.floor(k / channels) % positions, k % channels];
    const own = (position: number): number => features[(row * positions + position) * channels + d]!;
    const other = (position: number): number => features[(partner[row]! * positions + position) * channels + d]!;
    let moved = 0;
    for (let j = 0; j < positions; j++) {
      const share = positions * (aligned === 1 ? plan[(row * positions + i) * positions + j]! : plan[(row * positions + j) * positions + i]!);
      moved += share * (aligned === 1 ? other(j) : own(j));
    }
    return aligned === 1 ? lambda * own(i) + (1 - lambda) * moved : lambda * moved + (1 - lambda) * other(i);
  });
}
