import type { Scan, Statistics, TensorInputs } from '../method.ts';

/** Runs scans one after the other over tensors in memory. `each` hands out all of them, anew at each call. */
export function runScans(scans: readonly Scan[], models: number, each: (visit: (inputs: TensorInputs) => void) => void): Statistics {
  let found: Statistics = {};
  for (const { name, start, fold, finish } of scans) {
    const partial = start(models, found);
    each((inputs) => fold(partial, inputs, found));
    found = { ...found, [name]: finish(partial, found) };
  }
  return found;
}
