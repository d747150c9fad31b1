import type { DType, StateDict } from '@mixwell/tensor';
import { glob } from '../parameters/glob.ts';

/** What a plan needs to know of a tensor. */
export interface Described {
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** What is to become of tensors that cannot simply be merged. Where nothing is said they are errors. */
export interface MergePolicies {
  /** Which tensors are merged, by glob or test; the others are copied from the base, or from the first model. Default all. */
  readonly include?: string | readonly string[] | ((name: string, tensor: Described) => boolean);
  /** Tensors that a model lacks: 'strict' refuses them; 'intersection' leaves them out; 'base' copies those of the base (or first model) and leaves out the rest. */
  readonly match?: 'strict' | 'intersection' | 'base';
  /** Shapes that differ, as the rows of an embedding do: 'strict' refuses them; 'crop' merges the common corner and gives it; 'base' merges it and keeps the rest of the base. */
  readonly shapes?: 'strict' | 'crop' | 'base';
  /** Whole numbers and booleans are never merged: 'equal' copies them and refuses those that differ; 'base' copies those of the base (or first model). */
  readonly integers?: 'equal' | 'base';
  /** BatchNorm's running statistics (`*.running_mean`, `*.running_var`, and the count `*.num_batches_tracked`, which is copied) are right for no merged model: 'average' or 'base', then estimate them anew; 'method' merges them as weights. */
  readonly batchNorm?: 'refuse' | 'average' | 'base' | 'method';
  /** Groups of names that are one tensor in every model: merged and counted once. */
  readonly tied?: readonly (readonly string[])[];
}

export interface PlannedTensor {
  readonly name: string;
  /** 'average': the plain mean of the models; 'copy': from the base or first model; 'tie': the same tensor as `of`. */
  readonly action: 'merge' | 'average' | 'copy' | 'tie';
  /** Of the result. */
  readonly shape: readonly number[];
  /** Of the base or first model. */
  readonly dtype: DType;
  /** The corner that is merged, where shapes differ. */
  readonly corner?: readonly number[];
  /** A copy that has to be the same in every model. */
  readonly equal?: boolean;
  readonly of?: string;
  /** Why it is not merged. */
  readonly reason?: string;
}

export interface MergePlan {
  readonly tensors: readonly PlannedTensor[];
  /** Names that the result lacks. */
  readonly dropped: readonly string[];
}

const caller = 'merge';
const notIncluded = 'not included';
const text = (shape: readonly number[]): string => `[${shape.join(', ')}]`;
const isFloat = (dtype: DType): boolean => dtype.startsWith('float') || dtype === 'bfloat16';
const isRunningStatistic = (name: string): boolean => /(^|\.)running_(mean|var)$/.test(name);
const isBatchCount = (name: string): boolean => /(^|\.)num_batches_tracked$/.test(name);

function included(include: MergePolicies['include']): (name: string, tensor: Described) => boolean {
  if (typeof include === 'function') return include;
  if (include === undefined) return () => true;
  const tests = (typeof include === 'string' ? [include] : include).map(glob);
  return (name) => tests.some((test) => test(name));
}

/** Names as errors call their dicts: `model 0`, `the base`. */
type Named = readonly (readonly [label: string, dict: StateDict<Described>])[];

function checkNames(dicts: Named, match: MergePolicies['match'], rest: readonly string[]): void {
  if (match !== undefined && match !== 'strict') return;
  for (const name of rest) {
    const lacking = dicts.filter(([, dict]) => !(name in dict)).map(([label]) => label);
    throw new RangeError(`${caller}: ${lacking.join(', ')} must have tensor ${name}, which others have`
      + `${rest.length > 1 ? ` (so with ${rest.length - 1} more)` : ''}; match 'intersection' leaves such tensors out, 'base' copies them`);
  }
}

function commonCorner(name: string, dicts: Named, shapes: MergePolicies['shapes']): readonly number[] | undefined {
  const all = dicts.map(([label, dict]) => ({ label, shape: dict[name]!.shape }));
  const [first] = all;
  const other = all.find(({ shape }) => text(shape) !== text(first!.shape));
  if (!other) return undefined;
  if (shapes === undefined || shapes === 'strict' || other.shape.length !== first!.shape.length) {
    throw new RangeError(`${caller}: ${name} must have one shape, got ${text(first!.shape)} in ${first!.label} and ${text(other.shape)} in ${other.label}`
      + (other.shape.length === first!.shape.length ? "; shapes 'crop' merges the common corner, 'base' also keeps the rest of the base" : ''));
  }
  return first!.shape.map((_, axis) => Math.min(...all.map(({ shape }) => shape[axis]!)));
}

function planTensor(name: string, dicts: Named, isIncluded: boolean, { shapes, integers = 'equal', batchNorm = 'refuse' }: MergePolicies): PlannedTensor {
  const { dtype, shape } = dicts[0]![1][name]!;
  const copy = (reason: string, equal = false): PlannedTensor => ({ name, action: 'copy', dtype, shape, reason, ...(equal && { equal }) });
  if (!isIncluded) return copy(notIncluded);
  const mixed = dicts.find(([, dict]) => isFloat(dict[name]!.dtype) !== isFloat(dtype));
  if (mixed) throw new RangeError(`${caller}: ${name} must hold floats everywhere or nowhere, got ${dtype} in ${dicts[0]![0]} and ${mixed[1][name]!.dtype} in ${mixed[0]}`);
  if (!isFloat(dtype)) return copy('whole numbers', integers === 'equal' && !(isBatchCount(name) && batchNorm !== 'refuse'));
  const statistic = isRunningStatistic(name);
  if (statistic && batchNorm === 'refuse') {
    throw new RangeError(`${caller}: ${name} looks like a running statistic of BatchNorm, which no merge gets right: batchNorm must be 'average', 'base' or 'method'`);
  }
  if (statistic && batchNorm === 'base') return copy('running statistic');
  const corner = commonCorner(name, dicts, shapes);
  const common = { name, dtype, shape: corner && shapes === 'crop' ? corner : shape, ...(corner && { corner }) };
  return statistic && batchNorm === 'average' ? { ...common, action: 'average', reason: 'running statistic' } : { ...common, action: 'merge' };
}

/** The plan's own, and the names of `tied`, checked. @throws {RangeError} */
function tieGroups(planned: readonly PlannedTensor[], tied: readonly (readonly string[])[]): ReadonlyMap<string, string> {
  const byName = new Map(planned.map((tensor) => [tensor.name, tensor]));
  const firstOf = new Map<string, string>();
  for (const group of tied) {
    const [first, ...others] = group.filter((name) => byName.get(name)?.action === 'merge' || byName.get(name)?.action === 'average');
    for (const name of others) {
      const [a, b] = [byName.get(first!)!, byName.get(name)!];
      if (text(a.shape) !== text(b.shape) || a.dtype !== b.dtype) {
        throw new RangeError(`${caller}: tied tensors must be alike, got ${a.dtype} ${text(a.shape)} ${first} and ${b.dtype} ${text(b.shape)} ${name}`);
      }
      firstOf.set(name, first!);
    }
  }
  return firstOf;
}

/** @throws {RangeError} where globs are given, and fit no tensor */
export function checkIncluded({ include }: MergePolicies, tensors: readonly PlannedTensor[]): void {
  if (include === undefined || typeof include === 'function' || tensors.length === 0) return;
  if (tensors.every(({ reason }) => reason === notIncluded)) throw new RangeError(`${caller}: include must fit tensors, got ${JSON.stringify(include)}, which fits none of ${tensors.slice(0, 3).map(({ name }) => name).join(', ')}${tensors.length > 3 ? ', …' : ''}`);
}

/** What errors call the base and the models. */
export interface DictLabels {
  readonly base?: string;
  readonly models: readonly string[];
}

/**
 * What becomes of every tensor, from dtypes and shapes alone, in the order of the base (or first model).
 *
 * @throws {RangeError} naming the tensor, both shapes or the model, where no policy says what to do
 */
export function planMerge(base: StateDict<Described> | undefined, models: readonly StateDict<Described>[], policies: MergePolicies = {}, labels?: DictLabels): MergePlan {
  const label = (what: string, path: string | undefined): string => what + (path === undefined ? '' : ` (${path})`);
  const labelled = models.map((dict, i) => [label(`model ${i}`, labels?.models[i]), dict] as const);
  const dicts: Named = base ? [[label('the base', labels?.base), base], ...labelled] : labelled;
  const names = [...new Set(dicts.flatMap(([, dict]) => Object.keys(dict)))];
  const everywhere = (name: string): boolean => dicts.every(([, dict]) => name in dict);
  const [, reference] = dicts[0]!;
  const isIncluded = included(policies.include);
  const mergeable = (name: string): boolean => everywhere(name) || (name in reference && !isIncluded(name, reference[name]!));
  checkNames(dicts, policies.match, names.filter((name) => !mergeable(name)));
  const kept = names.filter((name) => mergeable(name) || (policies.match === 'base' && name in reference));
  const planned = kept.map((name): PlannedTensor => {
    const tensor = reference[name]!;
    return everywhere(name) || !isIncluded(name, tensor)
      ? planTensor(name, dicts, isIncluded(name, tensor), policies)
      : { name, action: 'copy', dtype: tensor.dtype, shape: tensor.shape, reason: 'not in every model' };
  });
  const firstOf = tieGroups(planned, policies.tied ?? []);
  return {
    tensors: planned.map((tensor) => (firstOf.has(tensor.name) ? { ...tensor, action: 'tie', of: firstOf.get(tensor.name)!, reason: `tied to ${firstOf.get(tensor.name)}` } : tensor)),
    dropped: names.filter((name) => !kept.includes(name)),
  };
}
