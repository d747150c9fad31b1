import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapterConfigFile } from '../adapters/adapter-config-file.ts';
import type { TaskPlan } from '../run/plan-tasks.ts';
import type { ExtraFile } from '../run/workspace.ts';
import type { Checkpoint } from '../sources/tensor-place.ts';
import { layerOf } from '../parameters/layer-positions.ts';
import type { Recipe } from './recipe.ts';

const isTokenizer = (name: string): boolean => /^(tokenizer.*|special_tokens_map\.json|added_tokens\.json|vocab\..*|merges\.txt|spiece\.model|sentencepiece.*|.*\.tiktoken|chat_template.*)$/.test(name);
const isSetting = (name: string): boolean => /^(config|generation_config|preprocessor_config|processor_config|image_processor_config)\.json$/.test(name);

const filesOf = ({ folder }: Checkpoint, fits: (name: string) => boolean): ExtraFile[] => (folder === null ? [] : readdirSync(folder).filter(fits).sort().map((name) => ({ name, from: join(folder, name) })));

/** @throws {Error} naming the file */
function readJson(path: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new Error(`${path}: must be JSON: ${(cause as Error).message.slice(0, 200)}`, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`${path}: must be an object`);
  return value as Readonly<Record<string, unknown>>;
}

/** The chat template of a model: in a file of its own, or in the tokenizer's configuration. */
function templateOf({ folder }: Checkpoint): string | undefined {
  if (folder === null) return undefined;
  const [own, config] = [join(folder, 'chat_template.jinja'), join(folder, 'tokenizer_config.json')];
  if (existsSync(own)) return readFileSync(own, 'utf8');
  const template = existsSync(config) ? readJson(config)['chat_template'] : undefined;
  return typeof template === 'string' ? template : undefined;
}

/** The template that most models have; of those that as many have, the one that comes first. */
function commonestTemplate(models: readonly Checkpoint[]): string | undefined {
  const counts = new Map<string, number>();
  for (const template of models.map(templateOf)) if (template !== undefined) counts.set(template, (counts.get(template) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

/** The tokenizer of the result. @throws {RangeError} where 'union' is asked for of vocabularies that differ */
function tokenizerFiles({ tokenizerSource, chatTemplate }: Recipe, reference: Checkpoint, models: ReadonlyMap<string, Checkpoint>): ExtraFile[] {
  const from = tokenizerSource === 'base' || tokenizerSource === 'union' ? reference : models.get(tokenizerSource)!;
  const files = filesOf(from, isTokenizer);
  const vocabulary = files.flatMap((file) => ('from' in file && /^(tokenizer\.(json|model)|vocab\..*|spiece\.model)$/.test(file.name) ? [file] : []));
  if (tokenizerSource === 'union') {
    for (const { path, folder } of models.values()) {
      const other = vocabulary.find(({ name, from: own }) => folder === null || !existsSync(join(folder, name)) || !readFileSync(join(folder, name)).equals(readFileSync(own)));
      if (other) throw new RangeError(`recipe: tokenizer_source: union is supported of equal vocabularies only, got another ${other.name} in ${path}; 'base' takes that of the base`);
    }
  }
  const template = chatTemplate === 'auto' ? commonestTemplate([...models.values()]) : chatTemplate;
  return template === undefined ? files : [...files.filter(({ name }) => name !== 'chat_template.jinja'), { name: 'chat_template.jinja', text: template }];
}

const layerKeys = ['num_hidden_layers', 'n_layer', 'num_layers', 'n_layers'];

/** `config.json` with what the merge changed: the number of layers, rows of embeddings, the element type. */
function settings(path: string, { tasks, results }: TaskPlan, { outDtype, dtype, modules }: Recipe): string {
  const config: Record<string, unknown> = { ...readJson(path) };
  const isSliced = modules.length === 1 && 'slices' in modules[0]!;
  const layers = Object.keys(results).reduce((most, name) => Math.max(most, (layerOf(name)?.layer ?? -1) + 1), 0);
  if (isSliced) for (const key of layerKeys) if (typeof config[key] === 'number') config[key] = layers;
  for (const { reference, shape } of tasks) if (shape[0] !== reference.shape[0] && config['vocab_size'] === reference.shape[0]) config['vocab_size'] = shape[0];
  const stored = outDtype ?? dtype;
  for (const key of ['torch_dtype', 'dtype']) if (stored && typeof config[key] === 'string') config[key] = stored;
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Small files that go with a merged checkpoint in a folder: configuration and tokenizer of the base (or first model), and the recipe. */
export function companionFiles(recipe: Recipe, recipeText: string, plan: TaskPlan, reference: Checkpoint, models: ReadonlyMap<string, Checkpoint>): readonly ExtraFile[] {
  const settingFiles = filesOf(reference, isSetting).map((file): ExtraFile =>
    ('from' in file && file.name === 'config.json' ? { name: file.name, text: settings(file.from, plan, recipe) } : file));
  return [...settingFiles, ...adapterConfigFile(reference), ...tokenizerFiles(recipe, reference, models), { name: 'mergekit_config.yml', text: recipeText }];
}
