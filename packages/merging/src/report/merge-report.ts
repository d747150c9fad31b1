import type { DType } from '@mixwell/tensor';
import type { MethodName } from '../methods/methods.ts';
import type { MergeTask, TaskPlan } from '../run/plan-tasks.ts';
import { unitsOf } from '../run/plan-tasks.ts';
import { addFigures, type Figures } from './figures.ts';

/** What the figures of a tensor, or of all, say. */
export interface Comparison {
  /** Norms of the base, of each task vector (of each model where there is no base), of the result and of its difference from the base. */
  readonly norms: { readonly base: number; readonly models: readonly number[]; readonly merged: number; readonly delta: number };
  /** `[models][models]`: cosines between task vectors (between models where there is no base). 0 beside a vector of zeros. */
  readonly cosines: readonly (readonly number[])[];
  /** Of the elements that at least two models change, the share that all of these change in one direction. Null where there is no such element. */
  readonly signAgreement: number | null;
  /** `[models]`: share of the elements to which PCB-Merging gives a weight. */
  readonly kept?: readonly number[];
}

/** What became of a tensor. */
export interface TensorReport {
  readonly name: string;
  readonly action: MergeTask['action'] | 'tie';
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Why it was not merged. */
  readonly reason?: string;
  /** Where it was merged and figures were asked for. */
  readonly comparison?: Comparison;
}

export interface MergeReport {
  readonly method: MethodName;
  /** As they were asked for. */
  readonly models: readonly string[];
  readonly tensors: readonly TensorReport[];
  /** Names that the result lacks. */
  readonly dropped: readonly string[];
  /** Of all merged tensors together, where figures were asked for and all have as many models. */
  readonly total?: Comparison;
}

function compare({ size, gram, base, merged, delta, shared, agreeing, kept }: Figures): Comparison {
  const n = Math.sqrt(gram.length);
  const models = Array.from({ length: n }, (_, i) => Math.sqrt(gram[i * n + i]!));
  const cosine = (i: number, j: number): number => {
    const norms = models[i]! * models[j]!;
    return norms === 0 ? 0 : Math.min(1, Math.max(-1, gram[i * n + j]! / norms));
  };
  return {
    norms: { base: Math.sqrt(base), models, merged: Math.sqrt(merged), delta: Math.sqrt(delta) },
    cosines: models.map((_, i) => models.map((__, j) => cosine(i, j))),
    signAgreement: shared === 0 ? null : agreeing / shared,
    ...(kept && { kept: kept.map((count) => count / size) }),
  };
}

/** What a merge did. @param figures of its units, added up in their order, so that threads change nothing */
export function makeReport(method: MethodName, { tasks, dropped }: TaskPlan, models: readonly string[], figures: readonly (Figures | undefined)[], { range }: { readonly range?: number }): MergeReport {
  const ofTask: (Figures | undefined)[] = tasks.map(() => undefined);
  unitsOf(tasks, range ?? 2 ** 18).forEach(({ task }, unit) => {
    const own = figures[unit];
    if (own) ofTask[task] = addFigures(ofTask[task], own);
  });
  const known = ofTask.flatMap((own) => own ?? []);
  const isSame = known.length > 0 && known.every(({ gram }) => gram.length === known[0]!.gram.length);
  return {
    method,
    models,
    tensors: tasks.flatMap(({ name, action, shape, dtype, reason, tiedNames }, task) => [
      { name, action, shape, dtype, ...(reason !== undefined && { reason }), ...(ofTask[task] && { comparison: compare(ofTask[task]) }) },
      ...tiedNames.map((tied): TensorReport => ({ name: tied, action: 'tie', shape, dtype, reason: `tied to ${name}` })),
    ]),
    dropped,
    ...(isSame && { total: compare(known.reduce<Figures | undefined>(addFigures, undefined)!) }),
  };
}
