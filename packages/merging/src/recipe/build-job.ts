import { stateDict } from '@mixwell/tensor';
import { adapterFamily, constantBase } from '../adapters/adapter-family.ts';
import { methodNamed } from '../methods/methods.ts';
import { isBeforeLayers, layerOf, layerPositions } from '../parameters/layer-positions.ts';
import type { Parameters } from '../parameters/resolve-parameter.ts';
import type { MergeJob, MergePart } from '../run/merge-job.ts';
import type { Checkpoint, TensorPlaces } from '../sources/tensor-place.ts';
import { fail } from './read-node.ts';
import { layered } from './read-parameters.ts';
import type { Recipe, RecipeModel, RecipeModule, RecipeSlice } from './recipe.ts';
import { type Slice, slicePlaces } from './slice-places.ts';

/** What a recipe names, opened: by path. */
export type OpenModels = ReadonlyMap<string, Checkpoint>;

const listedIn = (module: RecipeModule): readonly RecipeModel[] => ('models' in module ? module.models : module.slices.flatMap(({ sources }) => sources));

/** Every path that a recipe names, the base first. */
export function modelsOf({ baseModel, modules }: Recipe): readonly string[] {
  const bases = [baseModel, ...modules.flatMap((module) => ('slices' in module ? module.slices.map((slice) => slice.baseModel) : []))];
  return [...new Set([...bases.filter((base) => base !== undefined), ...modules.flatMap(listedIn).map(({ model }) => model)])];
}

/** Files of what methods ask for besides weights. */
export const companionsOf = ({ modules }: Recipe): readonly string[] => modules.flatMap(listedIn).map(({ companion }) => companion).filter((companion) => companion !== undefined);

/** Tensors of one module. */
function ofModule(tensors: TensorPlaces, { prefix }: RecipeModule): TensorPlaces {
  return prefix === 'default' ? tensors : stateDict(Object.entries(tensors).filter(([name]) => name.startsWith(`${prefix}.`)));
}

interface Sources {
  readonly base?: TensorPlaces;
  /** Path of the base, for errors. */
  readonly label?: string;
  readonly models: readonly (RecipeModel & { readonly tensors: TensorPlaces; readonly companionTensors?: TensorPlaces })[];
}

/**
 * Which of the listed models is the base and which are merged. Methods of differences take a base that is listed out of the models; slerp has it first; others merge it as any
 * other model.
 */
function withBase({ method }: Recipe, adapter: Recipe['adapter'], base: { readonly name: string; readonly tensors: TensorPlaces } | undefined, listed: Sources['models']): Sources {
  const { base: use } = methodNamed(method);
  if (adapter && use !== 'none') return { base: constantBase(listed[0]!.tensors, adapter), models: listed };
  if (!base) return { models: listed };
  const others = listed.filter(({ model }) => model !== base.name);
  if (method === 'slerp') return { models: [listed.find(({ model }) => model === base.name) ?? { model: base.name, tensors: base.tensors, parameters: {} }, ...others] };
  return { base: base.tensors, label: base.name, models: use === 'none' ? listed : others };
}

function makePart(sources: Sources, parameters: Parameters, layerPosition: MergePart['layerPosition']): MergePart {
  const { base, label, models } = sources;
  const companions = models.map(({ companionTensors }) => companionTensors).filter((tensors) => tensors !== undefined);
  return {
    ...(base && { base }),
    models: models.map(({ tensors }) => tensors),
    labels: { ...(label !== undefined && { base: label }), models: models.map(({ model }) => model) },
    ...(companions.length > 0 && { companions }),
    parameters,
    perModel: models.map((model) => model.parameters),
    layerPosition,
  };
}

/** Masks are drawn by a seed that is one for the whole merge. */
function withSeed({ method }: Recipe, parameters: Parameters, seed: number): Parameters {
  return Object.hasOwn(methodNamed(method).parameters, 'seed') ? { seed, ...parameters } : parameters;
}

/** Which kind of adapters the models are, by the recipe or by their files. */
function familyOf(recipe: Recipe, open: OpenModels): Recipe['adapter'] {
  const found = adapterFamily(modelsOf(recipe).map((path) => open.get(path)!), methodNamed(recipe.method));
  if (found && recipe.adapter && found !== recipe.adapter) fail('adapter', `must be ${found} as the models' adapter_config.json says, got ${recipe.adapter}`);
  const family = recipe.adapter ?? found;
  if (family && recipe.baseModel !== undefined) fail('base_model', `must not be given for adapters: their base is 0 (lora) or 1 (ia3); 'base+adapter' as a model is a base with an adapter in it`);
  return family;
}

/** What all parts have in common. */
interface Common {
  readonly recipe: Recipe;
  readonly open: OpenModels;
  readonly family: Recipe['adapter'];
  readonly seed: number;
}

/** @param offset layers of the result before this slice */
function slicePart({ recipe, open, family, seed }: Common, module: RecipeModule, slice: RecipeSlice, place: Omit<Slice, 'layerRange'>): MergePart {
  const cut = (name: string, layerRange: readonly [number, number]): TensorPlaces => slicePlaces(ofModule(open.get(name)!.tensors, module), name, { ...place, layerRange });
  const listed = slice.sources.map((source) => ({
    ...source, tensors: cut(source.model, source.layerRange), ...(source.companion !== undefined && { companionTensors: cut(source.companion, source.layerRange) }),
  }));
  const baseModel = slice.baseModel ?? recipe.baseModel;
  const base = listed.find(({ model }) => model === baseModel);
  if (baseModel !== undefined && !base && methodNamed(recipe.method).base === 'required') fail('slices', `base_model must be one of the sources of every slice, got ${baseModel}`);
  const [from, to] = slice.sources[0]!.layerRange;
  const position = (name: string): number => {
    const found = layerOf(name);
    if (!found) return isBeforeLayers(name) ? 0 : 1;
    return to - from === 1 ? 1 : (found.layer - place.offset) / (to - from - 1);
  };
  return makePart(withBase(recipe, family, base && { name: base.model, tensors: base.tensors }, listed), withSeed(recipe, layered(slice.parameters, module.parameters, recipe.parameters), seed), position);
}

function moduleParts(common: Common, module: RecipeModule): readonly MergePart[] {
  const { recipe, open, family, seed } = common;
  if ('slices' in module) {
    let offset = 0;
    return module.slices.map((slice, i) => {
      const part = slicePart(common, module, slice, { offset, isFirst: i === 0, isLast: i === module.slices.length - 1 });
      offset += slice.sources[0]!.layerRange[1] - slice.sources[0]!.layerRange[0];
      return part;
    });
  }
  const tensorsOf = (path: string): TensorPlaces => ofModule(open.get(path)!.tensors, module);
  const listed = module.models.map((model) => ({ ...model, tensors: tensorsOf(model.model), ...(model.companion !== undefined && { companionTensors: tensorsOf(model.companion) }) }));
  const base = recipe.baseModel === undefined ? undefined : { name: recipe.baseModel, tensors: tensorsOf(recipe.baseModel) };
  const sources = withBase(recipe, family, base, listed);
  if (sources.models.length === 0) fail('models', 'must have one besides base_model, got none');
  return [makePart(sources, withSeed(recipe, layered(module.parameters, recipe.parameters), seed), layerPositions(Object.keys(sources.base ?? sources.models[0]!.tensors)))];
}

/** The merge that a recipe describes, of models that are open. @param seed of random masks, where the recipe gives none */
export function buildJob(recipe: Recipe, open: OpenModels, seed: number): MergeJob {
  const { method, include, match, shapes, integers, batchNorm, tied, dtype, outDtype, preserveNorm, clampToInputs } = recipe;
  const chosen = { include, match, shapes, integers, batchNorm, tied, dtype: outDtype ?? dtype, ...(dtype === 'float64' && { arithmetic: 'float64' as const }) };
  const common: Common = { recipe, open, family: familyOf(recipe, open), seed };
  return {
    method, preserveNorm, clampToInputs,
    parts: recipe.modules.flatMap((module) => moduleParts(common, module)),
    ...Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined)),
  };
}
