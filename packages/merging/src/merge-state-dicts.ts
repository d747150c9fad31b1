import { type DType, type HostTensor, type StateDict, sizeOf, stateDict } from '@mixwell/tensor';
import type { MergeMethod, Statistics, TensorInputs } from './method.ts';
import { methodNamed, type MethodName } from './methods/methods.ts';
import { blend } from './methods/blend.ts';
import type { ParameterSpecs, ResolvedParameters } from './parameters/parameter-spec.ts';
import { layerPositions } from './parameters/layer-positions.ts';
import { checkParameters, type MergeParameters, resolveParameters } from './parameters/resolve-parameter.ts';
import { checkMergeInputs } from './plan/check-merge-inputs.ts';
import { checkIncluded, type MergePlan, type MergePolicies, type PlannedTensor, planMerge } from './plan/plan-merge.ts';
import { type Arithmetic, checkFinite, cropValues, eachCornerRow, fromValues, newValues, toValues } from './plan/values.ts';
import { runScans } from './statistics/run-scans.ts';

export interface MergeStateDictsOptions extends MergeParameters, MergePolicies {
  /** What the models were fine-tuned from. */
  readonly base?: StateDict<HostTensor>;
  readonly models: readonly StateDict<HostTensor>[];
  /** `[models]`, by the names of the tensors: what the method asks for besides weights. */
  readonly companions?: readonly StateDict<HostTensor>[];
  /** Default 'float64' where a tensor of the base or first model is float64, else 'float32'. */
  readonly arithmetic?: Arithmetic;
  /** Of the merged tensors. Default that of the base or first model. */
  readonly dtype?: DType;
  /** Where gradients take a tensor to be, in [0, 1]. Default `layerPositions` of the base (or first model), by the first whole number in the names: `layers.3.` */
  readonly layerPosition?: (name: string) => number;
}

export interface MergedStateDict extends MergePlan {
  /** Merged tensors are new; copied ones are the base's (or first model's) own; tied ones are one tensor. */
  readonly merged: StateDict<HostTensor>;
}

type Options = MergeStateDictsOptions;

/** Two tensors bit for bit. */
function sameBits(a: HostTensor, b: HostTensor): boolean {
  if (a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  if (a.data === b.data) return true;
  const bytes = ({ data }: HostTensor): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const [x, y] = [bytes(a), bytes(b)];
  return x.every((byte, i) => byte === y[i]);
}

/** Names whose tensors are one and the same array. */
function sharedArrays(dict: StateDict<HostTensor>): string[][] {
  const groups = new Map<HostTensor['data'], string[]>();
  for (const [name, { data }] of Object.entries(dict)) if (data.length > 0) groups.set(data, [...(groups.get(data) ?? []), name]);
  return [...groups.values()].filter((group) => group.length > 1);
}

function checkTies({ tensors }: MergePlan, dicts: readonly StateDict<HostTensor>[]): void {
  for (const { name, of } of tensors) {
    if (of === undefined) continue;
    const apart = dicts.findIndex((dict) => !sameBits(dict[name]!, dict[of]!));
    if (apart === -1) continue;
    throw new RangeError(`mergeStateDicts: ${name} and ${of} must be one tensor in every model, got two in number ${apart} of base and models; tied: [] merges them apart`);
  }
}

/** Inputs of one tensor in the precision of the arithmetic. */
function readInputs(tensor: PlannedTensor, method: MergeMethod, { base, models, companions }: Options, arithmetic: Arithmetic): TensorInputs {
  const { name, corner } = tensor;
  const shape = corner ?? tensor.shape;
  const valuesOf = (dict: StateDict<HostTensor>, where: string): TensorInputs['models'][number] => {
    const values = cropValues(toValues(dict[name]!, arithmetic), dict[name]!.shape, shape);
    checkFinite(values, name, where);
    return values;
  };
  const wanted = companions && method.companions?.shape(shape);
  return {
    name,
    shape,
    offset: 0,
    ...(base && method.base !== 'none' && { base: valuesOf(base, 'the base') }),
    models: models.map((model, i) => valuesOf(model, `model ${i}`)),
    ...(wanted && { companions: companions.map((dict, i) => {
      const companion = dict[name];
      if (companion?.shape.join() !== wanted.join()) {
        const got = companion ? `[${companion.shape.join(', ')}]` : 'none';
        throw new RangeError(`${method.name}: ${method.companions!.what} of ${name} must have shape [${wanted.join(', ')}], got ${got} for model ${i}`);
      }
      return toValues(companion, arithmetic);
    }) }),
  };
}

/** The merged corner in its place in the reference. */
function intoReference(values: TensorInputs['models'][number], { shape, corner }: PlannedTensor, reference: HostTensor, arithmetic: Arithmetic): TensorInputs['models'][number] {
  if (!corner || corner.join() === shape.join()) return values;
  const out = toValues(reference, arithmetic).slice();
  eachCornerRow(shape, corner, (inWhole, inCorner, length) => out.set(values.subarray(inCorner, inCorner + length), inWhole));
  return out;
}

function copyOf({ name, equal }: PlannedTensor, reference: HostTensor, models: readonly StateDict<HostTensor>[]): HostTensor {
  const other = equal ? models.findIndex((model) => !sameBits(model[name]!, reference)) : -1;
  if (other !== -1) {
    throw new RangeError(`mergeStateDicts: ${name} holds ${reference.dtype}, which is not merged, and differs in model ${other}; integers 'base' copies that of the base or first model`);
  }
  return reference;
}

/** What a merge is about, once it is planned and looked at. */
export interface PreparedMerge {
  readonly method: MergeMethod;
  readonly plan: MergePlan;
  /** The base, or the first model. */
  readonly reference: StateDict<HostTensor>;
  readonly arithmetic: Arithmetic;
  readonly statistics: Statistics;
  readonly parametersOf: (name: string) => ResolvedParameters<ParameterSpecs>;
  readonly inputsOf: (tensor: PlannedTensor) => TensorInputs;
}

/** Checks and plans a merge and runs its scans. @throws {RangeError} as `mergeStateDicts` */
export function prepareMerge(given: MergeMethod | MethodName, options: Options): PreparedMerge {
  const method = typeof given === 'string' ? methodNamed(given) : given;
  const { base, models } = options;
  checkMergeInputs(method, base !== undefined, models.length, options.companions?.length);
  checkParameters(method, options, models.length);
  const reference = base ?? models[0]!;
  const plan = planMerge(base, models, { ...options, tied: options.tied ?? sharedArrays(reference) });
  checkIncluded(options, plan.tensors);
  checkTies(plan, base ? [base, ...models] : models);
  const arithmetic = options.arithmetic ?? (Object.values(reference).some(({ dtype }) => dtype === 'float64') ? 'float64' : 'float32');
  const position = options.layerPosition ?? layerPositions(Object.keys(reference));
  const parametersOf = (name: string): ResolvedParameters<ParameterSpecs> => resolveParameters(method, options, models.length, name, position(name));
  const active = plan.tensors.filter(({ action, shape }) => action === 'merge' && sizeOf(shape) > 0);
  const scans = active.length === 0 ? [] : (method.scans?.(parametersOf(active[0]!.name)) ?? []);
  const inputsOf = (tensor: PlannedTensor): TensorInputs => readInputs(tensor, method, options, arithmetic);
  const statistics = runScans(scans, models.length, (visit) => { for (const tensor of active) visit(inputsOf(tensor)); });
  return { method, plan, reference, arithmetic, statistics, parametersOf, inputsOf };
}

/**
 * Merges state dicts tensor by tensor.
 *
 * @param given a method or its name
 * @throws {RangeError} naming tensor and model for NaN or infinity, missing tensors, shapes that differ, and parameters that the method does not take
 */
export function mergeStateDicts(given: MergeMethod | MethodName, options: Options): MergedStateDict {
  const { method, plan, reference, arithmetic, statistics, parametersOf, inputsOf } = prepareMerge(given, options);
  const { models, dtype } = options;
  const merged = Object.create(null) as Record<string, HostTensor>;
  for (const tensor of plan.tensors) {
    const { name, action, shape, corner = shape } = tensor;
    if (action === 'copy') merged[name] = copyOf(tensor, reference[name]!, models);
    if (action === 'copy' || action === 'tie') continue;
    const out = newValues(sizeOf(corner), arithmetic);
    const inputs = inputsOf(tensor);
    if (action === 'average') blend(out, inputs.models, models.map(() => 1 / models.length));
    else if (out.length > 0) method.merge(inputs, parametersOf(name), statistics, out);
    merged[name] = fromValues(intoReference(out, tensor, reference[name]!, arithmetic), dtype ?? tensor.dtype, shape, name);
  }
  return { merged: stateDict(plan.tensors.map(({ name, of }) => [name, merged[of ?? name]!])), ...plan };
}
