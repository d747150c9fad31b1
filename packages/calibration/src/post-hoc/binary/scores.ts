import { type ArrayInput, readLabels, readNumbers } from '../../inputs/predictions.ts';

/** Scores and outcomes of a yes/no problem. */
export interface Scored {
  /** `[n]` finite numbers. */
  readonly scores: Float64Array;
  /** `[n]`, 0 or 1. */
  readonly outcomes: Int32Array;
}

/** `[n]` finite numbers; with `unit`, in [0, 1]. Errors name the first bad row. */
export function readBinaryScores(input: ArrayInput, unit: boolean, caller: string): Float64Array {
  const { values } = readNumbers(input, `${caller}: scores`, 1);
  for (let n = 0; n < values.length; n++) {
    const s = values[n]!;
    if (!Number.isFinite(s) || (unit && !(s >= 0 && s <= 1))) throw new RangeError(`${caller}: scores: row ${n} must be ${unit ? 'in [0, 1]' : 'finite'}, got ${s}`);
  }
  return Float64Array.from(values);
}

export function readScored(scores: ArrayInput, outcomes: ArrayInput, unit: boolean, caller: string): Scored {
  const read = readBinaryScores(scores, unit, caller);
  return { scores: read, outcomes: readLabels(outcomes, read.length, 2, caller) };
}

/** Why a map of scores cannot be fitted: nothing to tell apart. Undefined where it can. */
export function whyConstant({ outcomes }: Pick<Scored, 'outcomes'>): string | undefined {
  if (outcomes.length < 2) return `constant map: ${outcomes.length} sample`;
  return outcomes.every((o) => o === outcomes[0]) ? `constant map: every outcome is ${outcomes[0]}` : undefined;
}

/** The share of events, each kind counted once more, as Platt has it: never 0 or 1. */
export function smoothedRate(outcomes: Int32Array): number {
  return (outcomes.reduce((sum, o) => sum + o, 0) + 1) / (outcomes.length + 2);
}
