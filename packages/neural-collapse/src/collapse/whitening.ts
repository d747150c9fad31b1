import { Matrix as Dense, SingularValueDecomposition } from 'ml-matrix';
import type { Matrix } from '../input/read.ts';

const EPSILON = 2 ** -52;

/**
 * The right singular vectors of centred class means M = A diag(s) Vᵀ, each over its singular value: rows v_r / s_r, `[rank, features]`. S_B = MᵀM / C has the pseudo-inverse
 * C V diag(1 / s²) Vᵀ, so trace(S_W S_B⁺) is C times the mean over samples of what these rows make of h − μ_y, squared and added: no [features, features] matrix is needed.
 *
 * @param scale length of the means before they were centred, which is what their rounding errors are measured by; no rows where M is nothing but such errors
 */
export function whitening({ rows: classes, columns, values }: Matrix, scale: number): Matrix {
  const { diagonal, rightSingularVectors } = new SingularValueDecomposition(Dense.from1DArray(classes, columns, values), { computeLeftSingularVectors: false, autoTranspose: true });
  const order = diagonal.map((_, r) => r).toSorted((a, b) => diagonal[b]! - diagonal[a]!);
  const largest = diagonal[order[0]!]!;
  const size = Math.max(classes, columns) * EPSILON;
  // centred means are dependent: more than C − 1 directions would be a rounding error
  const kept = largest <= size * scale ? [] : order.slice(0, classes - 1).filter((r) => diagonal[r]! > size * largest);
  const vectors = kept.flatMap((r) => rightSingularVectors.getColumn(r).map((value) => value / diagonal[r]!));
  return { rows: kept.length, columns, values: Float64Array.from(vectors) };
}
