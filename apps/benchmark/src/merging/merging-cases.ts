import type { MethodName } from '@mixwell/merging';
import type { ModelSize } from './make-models.ts';

/** A merge that is timed, from files to a file. */
export interface MergingCase {
  readonly name: string;
  readonly method: MethodName;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly size: ModelSize;
  /** What python/merging.py calls it; null: ours runs alone, once. */
  readonly peer: string | null;
  /** Whether it is held against reading all inputs and writing the output once. */
  readonly isBoundByFiles?: boolean;
  /** Whether it is timed only where it is asked for by name. */
  readonly isOptional?: boolean;
}

const single = (parameters: number): ModelSize => ({ models: 8, parameters, dtype: 'float32' });

export const mergingCases: readonly MergingCase[] = [
  { name: 'pcb-10m', method: 'pcb', parameters: { ratio: 0.1 }, size: single(10e6), peer: 'pcb' },
  { name: 'pcb-25m', method: 'pcb', parameters: { ratio: 0.1 }, size: single(25e6), peer: 'pcb' },
  { name: 'pcb-100m', method: 'pcb', parameters: { ratio: 0.1 }, size: single(100e6), peer: null },
  { name: 'ties-10m', method: 'ties_authors', parameters: { density: 0.2 }, size: single(10e6), peer: 'ties' },
  { name: 'dare-10m', method: 'dare_linear', parameters: { density: 0.2, rescale: 'probability', seed: 0 }, size: single(10e6), peer: 'dare' },
  { name: 'linear-25m', method: 'linear', parameters: {}, size: single(25e6), peer: 'linear', isBoundByFiles: true },
  { name: 'huge', method: 'pcb', parameters: { ratio: 0.1 }, size: { models: 8, parameters: 1.25e9, dtype: 'bfloat16' }, peer: null, isOptional: true },
];

export const mergingCase = (name: string): MergingCase => mergingCases.find((one) => one.name === name)!;
