import type { DType } from '@mixwell/tensor';
import type { MethodName } from '../methods/methods.ts';
import type { Parameters } from '../parameters/resolve-parameter.ts';
import type { MergePolicies } from '../plan/plan-merge.ts';

export interface RecipeModel {
  /** Path of a checkpoint, or the name of an earlier document. */
  readonly model: string;
  readonly parameters: Parameters;
  /** Path of what the method asks for besides weights. */
  readonly companion?: string;
}

export interface SliceSource extends RecipeModel {
  /** First layer, and the first one behind. */
  readonly layerRange: readonly [number, number];
}

/** Consecutive layers of the result. */
export interface RecipeSlice {
  readonly sources: readonly SliceSource[];
  readonly baseModel?: string;
  readonly parameters: Parameters;
}

/** Whole models, or slices of them. */
export type RecipeContent = { readonly models: readonly RecipeModel[] } | { readonly slices: readonly RecipeSlice[] };

/** Tensors whose names begin with a name and a dot; 'default': all. */
export type RecipeModule = RecipeContent & { readonly prefix: string; readonly parameters: Parameters };

/** One document of a recipe. */
export interface Recipe extends Pick<MergePolicies, 'include' | 'match' | 'shapes' | 'integers' | 'batchNorm' | 'tied'> {
  readonly name?: string;
  readonly method: MethodName;
  readonly baseModel?: string;
  /** The models are adapters, whose base is 0 (LoRA) or 1 ((IA)³) everywhere. */
  readonly adapter?: 'lora' | 'ia3';
  readonly modules: readonly RecipeModule[];
  readonly parameters: Parameters;
  readonly dtype?: DType;
  readonly outDtype?: DType;
  readonly preserveNorm: boolean;
  readonly clampToInputs: boolean;
  /** 'base', 'union', or a model. */
  readonly tokenizerSource: string;
  /** 'auto': the commonest of all models; or a template. */
  readonly chatTemplate?: string;
}
