import { parseAllDocuments } from 'yaml';
import { methods, type MethodName } from '../methods/methods.ts';
import { checkKey, fail, inside, optional, type Place, readChoice, readFlag, readList, readMapping, readText } from './read-node.ts';
import { readParameters } from './read-parameters.ts';
import type { Recipe, RecipeContent, RecipeModel, RecipeModule, RecipeSlice, SliceSource } from './recipe.ts';

/** Longer texts are no recipes. */
const largestRecipe = 200_000;
/** Nodes that a recipe may have once its aliases are followed: a short text can stand for billions. */
const largestAliasCount = 100;
const deepest = 50;

const topKeys = [
  'name', 'merge_method', 'models', 'slices', 'modules', 'base_model', 'parameters', 'dtype', 'out_dtype', 'tokenizer', 'tokenizer_source', 'chat_template',
  'include', 'match', 'shapes', 'integers', 'batch_norm', 'tied', 'adapter', 'preserve_norm', 'clamp_to_inputs',
] as const;
const dtypes = ['float32', 'float16', 'bfloat16', 'float64'] as const;

type Mapping = Readonly<Record<string, unknown>>;

const readPath = (value: unknown, place: Place): string => readText(readMapping(value, place, ['path'])['path'], inside(place, 'path'));

/** A path, `base+adapter`, or as mergekit also has it `{ model: { path }, lora: { path } }`. */
function readModelName(value: unknown, place: Place): string {
  if (typeof value !== 'object' || value === null) return readText(value, place);
  const mapping = readMapping(value, place, ['model', 'lora']);
  const lora = optional(mapping, place, 'lora', readPath);
  return readPath(mapping['model'], inside(place, 'model')) + (lora === undefined ? '' : `+${lora}`);
}

function readModel(mapping: Mapping, place: Place, method: MethodName): RecipeModel {
  const companion = optional(mapping, place, 'companion', readText);
  return { model: readModelName(mapping['model'], inside(place, 'model')), parameters: readParameters(mapping['parameters'], inside(place, 'parameters'), method), ...(companion !== undefined && { companion }) };
}

function readRange(value: unknown, place: Place): readonly [number, number] {
  const [from, to] = readList(value, place, (item, at) => (Number.isSafeInteger(item) && (item as number) >= 0 ? (item as number) : fail(at, `must be a whole number >= 0, got ${JSON.stringify(item)}`)));
  if (from === undefined || to === undefined || (value as unknown[]).length !== 2 || from >= to) return fail(place, `must be [first layer, first layer behind], got ${JSON.stringify(value)}`);
  return [from, to];
}

function readSlice(value: unknown, place: Place, method: MethodName): RecipeSlice {
  const mapping = readMapping(value, place, ['sources', 'base_model', 'parameters']);
  const sources = readList(mapping['sources'], inside(place, 'sources'), (item, at): SliceSource => {
    const source = readMapping(item, at, ['model', 'layer_range', 'parameters', 'companion']);
    return { ...readModel(source, at, method), layerRange: readRange(source['layer_range'], inside(at, 'layer_range')) };
  });
  const lengths = new Set(sources.map(({ layerRange: [from, to] }) => to - from));
  if (lengths.size > 1) fail(inside(place, 'sources'), `layer_range must have as many layers in every source, got ${[...lengths].join(', ')}`);
  const baseModel = optional(mapping, place, 'base_model', readModelName);
  return { sources, parameters: readParameters(mapping['parameters'], inside(place, 'parameters'), method), ...(baseModel !== undefined && { baseModel }) };
}

function readContent(mapping: Mapping, place: Place, method: MethodName): RecipeContent {
  const readModels = (value: unknown, at: Place): RecipeModel[] => readList(value, at, (item, one) => readModel(readMapping(item, one, ['model', 'parameters', 'companion']), one, method));
  const models = optional(mapping, place, 'models', readModels);
  const slices = optional(mapping, place, 'slices', (value, at) => readList(value, at, (item, one) => readSlice(item, one, method)));
  if ((models === undefined) === (slices === undefined)) return fail(place, `must have one of models and slices${place === '' ? ' (or modules)' : ''}, got ${models ? 'both' : 'none'}`);
  return models ? { models } : { slices: slices! };
}

function readModules(mapping: Mapping, method: MethodName): readonly RecipeModule[] {
  const { modules } = mapping;
  if (modules === undefined) return [{ ...readContent(mapping, '', method), prefix: 'default', parameters: {} }];
  if ('models' in mapping || 'slices' in mapping) fail('', 'must have one of models, slices and modules, got several');
  const all = readMapping(modules, 'modules', typeof modules === 'object' && modules !== null ? Object.keys(modules) : []);
  return Object.entries(all).map(([prefix, value]): RecipeModule => {
    const place = inside('modules', prefix);
    const module = readMapping(value, place, ['models', 'slices', 'parameters']);
    return { ...readContent(module, place, method), prefix, parameters: readParameters(module['parameters'], inside(place, 'parameters'), method) };
  });
}

function readTokenizer(mapping: Mapping): string {
  const legacy = optional(mapping, '', 'tokenizer_source', (value, place) => readModelName(value, place).replace(/^model:/, ''));
  const source = optional(mapping, '', 'tokenizer', (value, place) => {
    const tokenizer = readMapping(value, place, ['source', 'tokens', 'pad_to_multiple_of']);
    for (const key of ['tokens', 'pad_to_multiple_of']) if (tokenizer[key] !== undefined && tokenizer[key] !== null) fail(inside(place, key), 'is not supported: rows of embeddings stay where they are');
    return optional(tokenizer, place, 'source', readModelName);
  });
  if (legacy !== undefined && source !== undefined) fail('', 'must have one of tokenizer and tokenizer_source, got both');
  return source ?? legacy ?? 'base';
}

/** 'auto', or a template; the names that mergekit has for some stand for texts that are not here. */
function readChatTemplate(value: unknown, place: Place): string {
  const template = readText(value, place);
  return template === 'auto' || /\{[{%]/.test(template) ? template : fail(place, `must be auto or the template itself in Jinja ('{{ … }}'), names of templates are not supported, got ${JSON.stringify(template.slice(0, 80))}`);
}

const globs = (value: unknown, place: Place): string | readonly string[] => (typeof value === 'string' ? value : readList(value, place, readText));

function readPolicies(mapping: Mapping): Partial<Recipe> {
  const choice = <const T extends string>(key: string, choices: readonly T[]): T | undefined => optional(mapping, '', key, (value, place) => readChoice(value, place, choices));
  const policies = {
    include: optional(mapping, '', 'include', globs),
    match: choice('match', ['strict', 'intersection', 'base']),
    shapes: choice('shapes', ['strict', 'crop', 'base']),
    integers: choice('integers', ['equal', 'base']),
    batchNorm: choice('batch_norm', ['refuse', 'average', 'base', 'method']),
    tied: optional(mapping, '', 'tied', (value, place) => readList(value, place, (group, at) => readList(group, at, readText))),
    adapter: choice('adapter', ['lora', 'ia3']),
    dtype: choice('dtype', dtypes),
    outDtype: choice('out_dtype', dtypes),
    name: optional(mapping, '', 'name', readText),
    baseModel: optional(mapping, '', 'base_model', readModelName),
    chatTemplate: optional(mapping, '', 'chat_template', readChatTemplate),
  };
  return Object.fromEntries(Object.entries(policies).filter(([, value]) => value !== undefined));
}

function readMethod(value: unknown): MethodName {
  const name = readText(value, 'merge_method');
  if (!Object.hasOwn(methods, name)) checkKey('merge_method', name, Object.keys(methods));
  return name as MethodName;
}

function readDocument(value: unknown): Recipe {
  const mapping = readMapping(value, '', topKeys);
  const method = readMethod(mapping['merge_method']);
  const recipe: Recipe = {
    method,
    ...readPolicies(mapping),
    modules: readModules(mapping, method),
    parameters: readParameters(mapping['parameters'], 'parameters', method),
    preserveNorm: optional(mapping, '', 'preserve_norm', readFlag) ?? false,
    clampToInputs: optional(mapping, '', 'clamp_to_inputs', readFlag) ?? false,
    tokenizerSource: readTokenizer(mapping),
  };
  return recipe;
}

/** Brackets within brackets, and lists within lists on one line: a parser that goes down them would run out of stack. */
function checkDepth(text: string): void {
  if (/^[ \t]*(?:[-?:][ \t]+){20}/m.test(text)) fail('', 'must not begin more than 20 lists in one line');
  let depth = 0;
  for (const character of text) {
    if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > deepest) fail('', `must not be nested more than ${deepest} deep`);
  }
}

/**
 * Reads a recipe in mergekit's YAML form, of one document or several that build on one another.
 *
 * @throws {RangeError} naming the line, or the place in the recipe and what it must be; unknown keys come with the known one that is nearest
 */
export function parseRecipe(text: string): readonly Recipe[] {
  if (text.length > largestRecipe) fail('', `must have at most ${largestRecipe} characters, got ${text.length}`);
  checkDepth(text);
  const documents = parseAllDocuments(text, { stringKeys: true, merge: true });
  if (documents.length === 0 || !Array.isArray(documents)) return fail('', 'must hold a document, got none');
  return documents.map((document) => {
    const [error] = document.errors;
    if (error) throw new RangeError(`recipe: ${error.message.split('\n')[0]}`, { cause: error });
    let value: unknown;
    try {
      value = document.toJS({ maxAliasCount: largestAliasCount });
    } catch (cause) {
      throw new RangeError(`recipe: ${(cause as Error).message}`, { cause });
    }
    return readDocument(value);
  });
}
