/** A number in [−0.5, 0.5) for each whole number: the last steps of MurmurHash3. python/metric.py makes the same. */
export function hashed(seed: number): number {
  const a = Math.imul(seed ^ (seed >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return ((b ^ (b >>> 16)) >>> 0) / 2 ** 32 - 0.5;
}

/** Rows [rows, dimensions] around the centres of their classes, row r of class r mod classes, and the labels. */
export function classRows(rows: number, dimensions: number, classes: number): { readonly values: Float32Array; readonly labels: Int32Array } {
  const labels = Int32Array.from({ length: rows }, (_, r) => r % classes);
  const values = Float32Array.from({ length: rows * dimensions }, (_, at) => hashed(at) + 0.5 * hashed(0x40000000 + (at % dimensions) + dimensions * labels[Math.floor(at / dimensions)]!));
  return { values, labels };
}
