import type { HostTensor } from '@mixwell/tensor';
import type { NamedTensors, ParityCase } from './parity-cases.ts';

/** How far a file was from the network in one case. */
export interface ParityCheck extends Pick<ParityCase, 'inputs' | 'batch' | 'scale'> {
  /** Largest absolute difference of an output element. Infinity where outputs cannot be compared. */
  readonly maxAbsDiff: number;
  /** Largest absolute value that was expected. */
  readonly reach: number;
  /** atol · scale. */
  readonly allowed: number;
  /** Whether maxAbsDiff <= allowed, and nothing is NaN. */
  readonly passed: boolean;
  /** Why outputs cannot be compared: a shape, or a NaN with its place. */
  readonly problem?: string;
}

/** An element that is no number, or infinite on one side only, cannot be compared. */
function problemAt(name: string, i: number, got: number, expected: number): string | undefined {
  if (Number.isNaN(expected)) return `${name}: the network itself gives NaN at element ${i}`;
  if (Number.isNaN(got)) return `${name}: NaN at element ${i}, expected ${expected}`;
  const infinite = !Number.isFinite(got) || !Number.isFinite(expected);
  return infinite && got !== expected ? `${name}: ${got} at element ${i}, expected ${expected}` : undefined;
}

function compareTensor(name: string, got: HostTensor | undefined, expected: HostTensor): { maxAbsDiff: number; problem?: string } {
  const bad = (problem: string): { maxAbsDiff: number; problem: string } => ({ maxAbsDiff: Infinity, problem });
  if (!got) return bad(`${name}: the file has no such output`);
  if (got.dtype !== expected.dtype) return bad(`${name}: ${got.dtype}, expected ${expected.dtype}`);
  if (got.shape.join() !== expected.shape.join()) return bad(`${name}: shape [${got.shape.join(', ')}], expected [${expected.shape.join(', ')}]`);
  let maxAbsDiff = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [Number(got.data[i]), Number(expected.data[i])];
    const problem = problemAt(name, i, a, b);
    if (problem !== undefined) return bad(problem);
    if (a !== b) maxAbsDiff = Math.max(maxAbsDiff, Math.abs(a - b));
  }
  return { maxAbsDiff };
}

function reachOf(tensors: NamedTensors): number {
  let reach = 0;
  for (const { data } of Object.values(tensors)) for (const value of data) reach = Math.max(reach, Math.abs(Number(value)) || 0);
  return reach;
}

/** Compares what a file gave with what was expected. */
export function compare({ inputs, batch, scale, expected }: ParityCase, got: NamedTensors, atol: number): ParityCheck {
  const outputs = Object.entries(expected).map(([name, tensor]) => compareTensor(name, got[name], tensor));
  const maxAbsDiff = Math.max(...outputs.map((output) => output.maxAbsDiff));
  const problem = outputs.find((output) => output.problem !== undefined)?.problem;
  const allowed = atol * scale;
  return { inputs, batch, scale, maxAbsDiff, allowed, reach: reachOf(expected), passed: problem === undefined && maxAbsDiff <= allowed, ...(problem !== undefined && { problem }) };
}
