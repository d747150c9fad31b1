export { type MergedStateDict, mergeStateDicts, type MergeStateDictsOptions } from './merge-state-dicts.ts';
export { defineMethod, type MergeMethod, type Scan, type Statistics, type TensorInputs, type Values } from './method.ts';
export { type MethodName, methodNamed, methods } from './methods/methods.ts';
export { layerPositions } from './parameters/layer-positions.ts';
export type { ParameterSpec, ParameterSpecs, ResolvedParameters } from './parameters/parameter-spec.ts';
export { type Filtered, type MergeParameters, type Parameters, type ParameterValue, resolveParameter, resolveParameters } from './parameters/resolve-parameter.ts';
export { type Described, type MergePlan, type MergePolicies, type PlannedTensor, planMerge } from './plan/plan-merge.ts';
export type { Arithmetic } from './plan/values.ts';
