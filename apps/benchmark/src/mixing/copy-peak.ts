const ELEMENTS = 256 * 224 * 224 * 3;
const RUNS = 9;

/** Bytes per second that a plain copy of a batch of images reads and writes. */
export function copyPeak(): number {
  const [from, to] = [new Float32Array(ELEMENTS).fill(1), new Float32Array(ELEMENTS)];
  let fastest = Infinity;
  for (let i = 0; i < RUNS; i++) {
    const begin = performance.now();
    to.set(from);
    fastest = Math.min(fastest, performance.now() - begin);
  }
  return (1000 * 8 * ELEMENTS) / fastest;
}
