import { type DType, sizeOf, type StateDict, stateDict } from '@mixwell/tensor';
import type { MergeMethod } from '../method.ts';
import type { ParameterSpecs, ResolvedParameters } from '../parameters/parameter-spec.ts';
import { checkParameters, resolveParameters } from '../parameters/resolve-parameter.ts';
import { checkMergeInputs } from '../plan/check-merge-inputs.ts';
import { checkIncluded, type PlannedTensor, planMerge } from '../plan/plan-merge.ts';
import type { Arithmetic } from '../plan/values.ts';
import type { TensorPlace, TensorPlaces } from '../sources/tensor-place.ts';
import { methodOf } from './job-method.ts';
import type { MergeJob, MergePart } from './merge-job.ts';

/** What becomes of one tensor of the result: plain data, which threads can be given. */
export interface MergeTask {
  readonly name: string;
  /** Number of its part. */
  readonly part: number;
  readonly action: 'merge' | 'average' | 'copy';
  /** Of the result. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** What is merged: a corner where shapes differ. */
  readonly corner: readonly number[];
  /** The tensor of the base, or of the first model. */
  readonly reference: TensorPlace;
  /** Absent where the method reads none. */
  readonly base?: TensorPlace;
  readonly models: readonly TensorPlace[];
  readonly companions?: readonly TensorPlace[];
  /** Only where it is merged. */
  readonly parameters: ResolvedParameters<ParameterSpecs>;
  /** Whether ranges of it can be done one by one. */
  readonly isElementwise: boolean;
  /** Whether a copy has to be the same in every model. */
  readonly isEqual: boolean;
  /** Other names of the result for the same tensor. */
  readonly tiedNames: readonly string[];
  /** Pairs that have to be the same bit for bit. */
  readonly ties: readonly (readonly [TensorPlace, TensorPlace])[];
  /** Why it is not merged. */
  readonly reason?: string;
}

export interface TaskPlan {
  readonly tasks: readonly MergeTask[];
  /** Names that the result lacks. */
  readonly dropped: readonly string[];
  readonly arithmetic: Arithmetic;
  /** Every tensor of the result, in its order. */
  readonly results: StateDict<{ readonly dtype: DType; readonly shape: readonly number[] }>;
}

const asText = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

/** The companions of a tensor, whose shapes follow from its own. */
function companionsOf({ name, companions: wanted }: MergeMethod, { companions }: MergePart, tensor: string, corner: readonly number[]): readonly TensorPlace[] | undefined {
  const shape = companions && wanted?.shape(corner);
  return shape && companions.map((places, i) => {
    const place = places[tensor];
    if (place?.shape.join() !== shape.join()) {
      throw new RangeError(`${name}: ${wanted!.what} of ${tensor} must have shape ${asText(shape)}, got ${place ? asText(place.shape) : 'none'} for model ${i}`);
    }
    return place;
  });
}

function taskOf(planned: PlannedTensor, job: MergeJob, method: MergeMethod, part: number, ties: ReadonlyMap<string, readonly string[]>): MergeTask {
  const { name, action, shape, corner = shape, equal: isEqual = false, reason } = planned;
  const { base, models, ...written } = job.parts[part]!;
  const dicts: readonly TensorPlaces[] = base ? [base, ...models] : models;
  const reference = dicts[0]![name]!;
  const tiedNames = ties.get(name) ?? [];
  const parameters = action === 'merge' ? resolveParameters(method, written, models.length, name, written.layerPosition(name)) : {};
  const companions = action === 'merge' ? companionsOf(method, job.parts[part]!, name, corner) : undefined;
  const isWhole = dicts.every((dict) => dict[name]?.shape.join() === corner.join()) && shape.join() === corner.join();
  return {
    name, part, shape, corner, reference, parameters, isEqual, tiedNames,
    action: action === 'tie' ? 'copy' : action,
    dtype: action === 'copy' ? planned.dtype : job.dtype ?? planned.dtype,
    ...(base?.[name] && method.base !== 'none' && { base: base[name] }),
    models: models.flatMap((model) => model[name] ?? []),
    ...(companions && { companions }),
    isElementwise: action === 'copy' || (isWhole && (action === 'average' || method.elementwise(parameters))),
    ties: tiedNames.flatMap((tied) => dicts.map((dict) => [dict[name]!, dict[tied]!] as const)),
    ...(reason !== undefined && { reason }),
  };
}

/**
 * What becomes of every tensor, in the order of the parts and of their bases (or first models).
 *
 * @throws {RangeError} naming the tensor where no policy says what to do, a parameter is wrong, or two parts have the same tensor
 */
export function planTasks(job: MergeJob): TaskPlan {
  const method = methodOf(job);
  const planned = job.parts.map((part, number) => {
    checkMergeInputs(method, part.base !== undefined, part.models.length, part.companions?.length);
    checkParameters(method, part, part.models.length);
    const plan = planMerge(part.base, part.models, job, part.labels);
    const ties = new Map<string, string[]>();
    for (const { name, of } of plan.tensors) if (of !== undefined) ties.set(of, [...(ties.get(of) ?? []), name]);
    return { ...plan, tasks: plan.tensors.filter(({ of }) => of === undefined).map((tensor) => taskOf(tensor, job, method, number, ties)) };
  });
  const tasks = planned.flatMap((part) => part.tasks);
  checkIncluded(job, planned.flatMap(({ tensors }) => tensors));
  const byName = new Map(tasks.flatMap((task) => [task.name, ...task.tiedNames].map((name) => [name, { dtype: task.dtype, shape: task.shape }] as const)));
  const names = planned.flatMap(({ tensors }) => tensors.map(({ name }) => name));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new RangeError(`${job.method}: parts must have different tensors, got ${twice} twice`);
  const isDouble = job.parts.some(({ base, models }) => Object.values(base ?? models[0]!).some(({ dtype }) => dtype === 'float64'));
  return {
    tasks,
    dropped: planned.flatMap(({ dropped }) => dropped),
    arithmetic: job.arithmetic ?? (isDouble ? 'float64' : 'float32'),
    results: stateDict(names.map((name) => [name, byName.get(name)!])),
  };
}

/** A tensor, or a range of its elements, that one thread does at a time. */
export interface Unit {
  /** Number of the task. */
  readonly task: number;
  readonly from: number;
  readonly to: number;
}

/** Elements of tensors in ranges of at most `range` where they can be done so. Tensors without elements need nothing done. */
export function unitsOf(tasks: readonly MergeTask[], range: number): Unit[] {
  return tasks.flatMap(({ corner, isElementwise, shape }, task) => {
    const size = sizeOf(isElementwise ? shape : corner);
    if (!isElementwise) return sizeOf(shape) === 0 ? [] : [{ task, from: 0, to: size }];
    return Array.from({ length: Math.ceil(size / range) }, (_, i) => ({ task, from: i * range, to: Math.min(size, (i + 1) * range) }));
  });
}
