export { adaMerging, type AdaMerging, type AdaMergingOptions, coefficientGradient, type LossGradient } from './adamerging/ada-merging.ts';
export { addScaled, type Coefficients, taskVectorOf } from './adamerging/add-scaled.ts';
export { applyAdapter, type ApplyAdapterOptions } from './adapters/apply-adapter.ts';
export { activationMatching } from './alignment/activation-matching.ts';
export {
  type ConvNetPermutations, convNetPermutations, lenetPermutations, mlpPermutations, type ResNetPermutations, resnetPermutations, type VitPermutations, vitPermutations,
  type WideResNetPermutations, wideResNetPermutations,
} from './alignment/network-specs.ts';
export type { AxisUnits, Layout, PermutationSpec, UnitRuns } from './alignment/permutation-spec.ts';
export { type Permutations, permuteUnits } from './alignment/permute-units.ts';
export { weightMatching, type WeightMatchingOptions } from './alignment/weight-matching.ts';
export { fisherDiagonal, type LabelGradient } from './fisher/fisher-diagonal.ts';
export { gramMatrix } from './fisher/gram-matrix.ts';
export { type GreedySoup, greedySoup } from './greedy-soup.ts';
export { type MergedStateDict, mergeStateDicts, type MergeStateDictsOptions } from './merge-state-dicts.ts';
export { defineMethod, type MergeMethod, type Scan, type Statistics, type TensorInputs, type Values } from './method.ts';
export { type MethodName, methodNamed, methods } from './methods/methods.ts';
export { pcbParts } from './methods/pcb/pcb-parts.ts';
export { type PcbOptions, type PcbWeights, pcbWeights } from './methods/pcb/pcb-weights.ts';
export type { PcbVariant } from './methods/pcb/variants.ts';
export { clampToInputs, preserveNorm } from './methods/post-steps.ts';
export { electSigns, type TiesElection } from './methods/task-vector/ties-authors.ts';
export { layerPositions } from './parameters/layer-positions.ts';
export type { ParameterSpec, ParameterSpecs, ResolvedParameters } from './parameters/parameter-spec.ts';
export { type Filtered, type MergeParameters, type Parameters, type ParameterValue, resolveParameter, resolveParameters } from './parameters/resolve-parameter.ts';
export { type Described, type MergePlan, type MergePolicies, type PlannedTensor, planMerge } from './plan/plan-merge.ts';
export type { Arithmetic } from './plan/values.ts';
export { type Score, type Scored, type SearchMethod, searchLambda, type SearchOptions, type SearchResult } from './search/search-lambda.ts';
