/** Lower triangle L with L Lᵀ = a, in place; false where a is not positive definite. */
function factor(a: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      if (i === j) {
        if (!(sum > 0)) return false;
        a[j * n + j] = Math.sqrt(sum);
      } else a[i * n + j] = sum / a[j * n + j]!;
    }
  }
  return true;
}

/** Row i of x minus factor times row k. */
function subtractRow(x: Float64Array, columns: number, i: number, k: number, times: number): void {
  for (let c = 0; c < columns; c++) x[i * columns + c] = x[i * columns + c]! - times * x[k * columns + c]!;
}

function divideRow(x: Float64Array, columns: number, i: number, by: number): void {
  for (let c = 0; c < columns; c++) x[i * columns + c] = x[i * columns + c]! / by;
}

/**
 * x with a x = b by Cholesky's factorisation. A ridge, at first 1e-8 of the trace, is added where a is not positive definite; a of zeros gives zeros.
 *
 * @param a `[n, n]`, symmetric
 * @param b `[n, columns]`
 */
export function solveSymmetric(a: Float64Array, b: Float64Array, n: number, columns: number): Float64Array {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i]!;
  const x = b.slice();
  if (!(trace > 0)) return x.fill(0);
  const lower = a.slice();
  for (let ridge = 1e-8 * trace; !factor(lower, n); ridge *= 10) {
    lower.set(a);
    for (let i = 0; i < n; i++) lower[i * n + i] = lower[i * n + i]! + ridge;
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtractRow(x, columns, i, k, lower[i * n + k]!);
    divideRow(x, columns, i, lower[i * n + i]!);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtractRow(x, columns, i, k, lower[k * n + i]!);
    divideRow(x, columns, i, lower[i * n + i]!);
  }
  return x;
}
