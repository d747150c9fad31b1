/** A symmetric 3 × 3 matrix, its rows. */
export type Matrix3 = readonly [Vector3, Vector3, Vector3];
export type Vector3 = readonly [number, number, number];

const faces = [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]] as const;

/** Solves a square system by elimination with pivots; undefined where it is singular. */
function solve(rows: number[][]): number[] | undefined {
  const size = rows.length;
  const scale = Math.max(...rows.flatMap((row) => row.slice(0, size).map(Math.abs)));
  for (let k = 0; k < size; k++) {
    let pivot = k;
    for (let i = k + 1; i < size; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    if (Math.abs(rows[pivot]![k]!) <= 1e-13 * scale) return undefined;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= size; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  return rows.map((row, i) => row[size]! / row[i]!);
}

/**
 * The w ≥ 0 with Σ w = 1 that minimises w·Gw / 2 − c·w for a positive semidefinite G: the best feasible of the stationary points of all seven faces.
 * Faces on which G is singular are left out: they have a minimum on their border too.
 */
export function simplexQp(g: Matrix3, c: Vector3): Vector3 {
  let best: { readonly w: Vector3; readonly objective: number } | undefined;
  for (const face of faces) {
    const equations = [...face.map((i) => [...face.map((j) => g[i][j]), 1, c[i]]), [...face.map(() => 1), 0, 1]];
    const found = solve(equations);
    if (!found || face.some((_, at) => found[at]! < -1e-12)) continue;
    const w: [number, number, number] = [0, 0, 0];
    face.forEach((i, at) => { w[i] = Math.max(0, found[at]!); });
    const objective = w.reduce((sum, wi, i) => sum + wi * (w.reduce((row, wj, j) => row + g[i]![j]! * wj, 0) / 2 - c[i]!), 0);
    if (!best || objective < best.objective) best = { w, objective };
  }
  return best!.w;
}
