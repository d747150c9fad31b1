import { createRng, type HostTensor, hostTensor, normal, uniform } from '@mixwell/tensor';

/** Logits `[n, classes]` and labels drawn from softmax(logits / temperature): the right temperature is known. */
export function drawnPredictions(seed: number, n: number, classes: number, temperature = 1): { logits: HostTensor<'float64'>; labels: Int32Array } {
  const rng = createRng(seed);
  const logits = Float64Array.from({ length: n * classes }, () => temperature * normal(rng, 0, 2));
  const labels = new Int32Array(n);
  for (let row = 0; row < n; row++) {
    const weights = Array.from(logits.subarray(row * classes, (row + 1) * classes), (z) => Math.exp(z / temperature));
    let left = uniform(rng) * weights.reduce((sum, w) => sum + w, 0);
    while (labels[row] as number < classes - 1 && (left -= weights[labels[row] as number] as number) > 0) labels[row] = (labels[row] as number) + 1;
  }
  return { logits: hostTensor('float64', [n, classes], logits), labels };
}

/** The rows as plain arrays. */
export function rowsOf({ shape, data }: HostTensor<'float64'>): number[][] {
  const columns = shape[1] ?? 0;
  return Array.from({ length: shape[0] ?? 0 }, (_, n) => Array.from(data.subarray(n * columns, (n + 1) * columns)));
}

/** `[n, classes]` of rows. */
export function matrixOf(rows: readonly (readonly number[])[]): HostTensor<'float64'> {
  return hostTensor('float64', [rows.length, rows[0]?.length ?? 0], Float64Array.from(rows.flat()));
}

/** `[n]` in float64. */
export function vectorOf(values: ArrayLike<number>): HostTensor<'float64'> {
  return hostTensor('float64', [values.length], Float64Array.from(values));
}
