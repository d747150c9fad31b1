import { linearSumAssignment } from 'linear-sum-assignment';

/** The permutation with the largest Σ similarity[u, order[u]] of `[units, units]`. */
export function assign(similarity: Float64Array, units: number): Int32Array {
  const rows = Array.from({ length: units }, (_, u) => similarity.slice(u * units, (u + 1) * units));
  return Int32Array.from(linearSumAssignment(rows, { maximaze: true }).rowAssignments);
}

export function gain(similarity: Float64Array, order: ArrayLike<number>): number {
  let sum = 0;
  for (let u = 0; u < order.length; u++) sum += similarity[u * order.length + order[u]!]!;
  return sum;
}
