import { rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { DType, StateDict } from '@mixwell/tensor';
import { type OutputOptions, planOutput } from '../outputs/plan-output.ts';
import type { OutputPlan } from '../outputs/output-plan.ts';
import { makeReport, type MergeReport } from '../report/merge-report.ts';
import type { MergeJob } from '../run/merge-job.ts';
import { planTasks, type TaskPlan } from '../run/plan-tasks.ts';
import { makeFolder } from '../run/make-folder.ts';
import { fingerprintOf, layOutRun, runJob, type RunOptions } from '../run/run-job.ts';
import { type ExtraFile, isFileName } from '../run/workspace.ts';
import { openCheckpoint } from '../sources/open-checkpoint.ts';
import { openModel } from '../sources/open-model.ts';
import type { Checkpoint } from '../sources/tensor-place.ts';
import { buildJob, companionsOf, modelsOf } from './build-job.ts';
import { companionFiles } from './companion-files.ts';
import type { Recipe } from './recipe.ts';
import { scansOf } from '../run/unit-handler.ts';
import { methodOf } from '../run/job-method.ts';
import { parseRecipe } from './parse-recipe.ts';

export interface RecipeOptions extends OutputOptions, RunOptions {
  /** Of random masks, where the recipe gives none. Default 0. */
  readonly seed?: number;
  /** Whether norms, cosines and sign agreements are computed on the way. Default false. */
  readonly report?: boolean;
  /** Tells of every document before it is run. */
  readonly onPlan?: (plan: RecipePlan) => void;
}

/** What a document of a recipe is going to do. */
export interface RecipePlan {
  /** Its name, or where the result goes. */
  readonly target: string;
  readonly method: string;
  readonly models: readonly string[];
  /** How many tensors are merged, averaged, copied, tied. */
  readonly tensors: Readonly<Record<string, number>>;
  readonly dropped: readonly string[];
  /** Numbers in the result. */
  readonly parameters: number;
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
  /** Names of the passes over all models, the merge the last. */
  readonly passes: readonly string[];
  readonly bytesRead: number;
  readonly threads: number;
  /** Of tensors in memory, at most; the programs themselves take more. */
  readonly memoryBytes: number;
}

/** A document with everything that is known before it is run. */
interface Prepared {
  readonly recipe: Recipe;
  readonly job: MergeJob;
  readonly plan: TaskPlan;
  readonly output: OutputPlan;
  readonly reference: Checkpoint;
  readonly models: ReadonlyMap<string, Checkpoint>;
}

const bytesOfDtype = (dtype: DType): number => (dtype.endsWith('64') ? 8 : dtype.endsWith('32') ? 4 : dtype.endsWith('16') ? 2 : 1);
const elements = (shape: readonly number[]): number => shape.reduce((product, axis) => product * axis, 1);
const bytesIn = ({ dtype, shape }: { readonly dtype: DType; readonly shape: readonly number[] }): number => bytesOfDtype(dtype) * elements(shape);

function describePlan(target: string, { recipe, job, plan, output, models }: Prepared, options: RunOptions): RecipePlan {
  const { tasks, results, dropped } = plan;
  const layout = layOutRun(plan, options);
  const method = methodOf(job);
  const passes = [...new Set(job.parts.flatMap((_, part) => scansOf(method, tasks, part).map(({ name }) => name))), 'merge'];
  const counts: Record<string, number> = {};
  for (const { action, tiedNames } of tasks) {
    counts[action] = (counts[action] ?? 0) + 1;
    if (tiedNames.length > 0) counts['tie'] = (counts['tie'] ?? 0) + tiedNames.length;
  }
  const inputBytes = tasks.map(({ action, base, models: own, reference, companions = [] }) =>
    (action === 'copy' ? bytesIn(reference) : [...(base ? [base] : []), ...own, ...companions].reduce((sum, place) => sum + bytesIn(place), 0) * (action === 'merge' ? passes.length : 1)));
  return {
    target, method: recipe.method, models: [...models.keys()], tensors: counts, dropped,
    parameters: Object.values(results).reduce((sum, { shape }) => sum + elements(shape), 0),
    files: [...output.files.map(({ name, size }) => ({ name, bytes: size })), ...output.texts.map(([name, text]) => ({ name, bytes: text.length }))],
    passes, bytesRead: inputBytes.reduce((sum, bytes) => sum + bytes, 0), threads: layout.threads, memoryBytes: layout.arenaBytes + layout.kernelBytes + layout.adapterBytes,
  };
}

type Results = StateDict<{ readonly dtype: DType; readonly shape: readonly number[] }>;

/** A checkpoint that will be there once an earlier document has run, for plans. */
function expected(path: string, results: Results): Checkpoint {
  return { path, file: path, format: 'safetensors', folder: null, metadata: {}, tensors: Object.fromEntries(Object.entries(results).map(([name, spec]) => [name, { ...spec, constant: 0 }])) };
}

async function prepare(recipe: Recipe, stages: ReadonlyMap<string, Checkpoint>, options: RecipeOptions, out: string): Promise<Prepared> {
  const open = async (path: string): Promise<readonly [string, Checkpoint]> => [path, await openModel(path, stages)];
  const tokenizer = recipe.tokenizerSource === 'base' || recipe.tokenizerSource === 'union' ? [] : [recipe.tokenizerSource];
  const models = new Map(await Promise.all(modelsOf(recipe).map(open)));
  const all = new Map([...models, ...await Promise.all([...companionsOf(recipe), ...tokenizer].map(open))]);
  const reference = models.values().next().value!;
  const job = buildJob(recipe, all, options.seed ?? 0);
  const plan = planTasks(job);
  return { recipe, job, plan, models: new Map([...models, ...tokenizer.map((name) => [name, all.get(name)!] as const)]), reference, output: planOutput(plan, reference, { ...options, out }) };
}

interface Stages {
  /** Folder of results that later documents need. */
  readonly folder: string;
  readonly text: string;
}

async function runStage(prepared: Prepared, out: string, { text }: Stages, options: RecipeOptions): Promise<MergeReport> {
  const { recipe, job, plan, output, reference, models } = prepared;
  const extras: readonly ExtraFile[] = isFileName(out) ? [] : companionFiles(recipe, text, plan, reference, models);
  const figures = await runJob(job, plan, output, out, extras, { ...options, withFigures: options.report ?? false });
  return makeReport(recipe.method, plan, [...models.keys()], figures, options);
}

/**
 * Runs a recipe in mergekit's YAML form: every document in its order, the last one to `out`, those with a name before it to a place of their own until all is done.
 *
 * @param text of the recipe; paths in it are from the working directory
 * @returns the report of the last document
 * @throws {RangeError} for a recipe that is wrong, and as `mergeFiles`
 */
export async function runRecipe(text: string, options: RecipeOptions): Promise<MergeReport> {
  const recipes = checkStages(parseRecipe(text));
  const out = resolve(options.out);
  const stages: Stages = { folder: join(dirname(out), `.${basename(out)}.stages`), text };
  if (recipes.length > 1) await planRecipe(text, options); // what is wrong with a later document is found before the first is run
  try {
    return await runStages(recipes, stages, options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) rmSync(stages.folder, { recursive: true, force: true });
    throw error;
  }
}

async function runStages(recipes: readonly Recipe[], stages: Stages, options: RecipeOptions): Promise<MergeReport> {
  const done = new Map<string, Checkpoint>();
  for (const recipe of recipes.slice(0, -1)) {
    const prepared = await prepare(recipe, done, { ...options, format: 'safetensors' }, join(stages.folder, 'stage'));
    options.onPlan?.(describePlan(recipe.name!, prepared, options));
    const path = join(stages.folder, fingerprintOf(prepared.job, prepared.plan, prepared.output, options).slice(0, 16));
    makeFolder(stages.folder);
    const ready = await openCheckpoint(path).catch(() => undefined);
    if (!ready) await runStage(prepared, path, stages, { ...options, format: 'safetensors', report: false });
    done.set(recipe.name!, ready ?? await openCheckpoint(path));
  }
  const prepared = await prepare(recipes.at(-1)!, done, options, options.out);
  options.onPlan?.(describePlan(options.out, prepared, options));
  const report = await runStage(prepared, options.out, stages, options);
  rmSync(stages.folder, { recursive: true, force: true });
  return report;
}

/** All but the last document need names of their own. */
function checkStages(recipes: readonly Recipe[]): readonly Recipe[] {
  const names = recipes.slice(0, -1).map(({ name }) => name);
  const twice = names.find((name, i) => name === undefined || names.indexOf(name) !== i);
  if (names.length > 0 && (names.includes(undefined) || twice !== undefined)) throw new RangeError(`recipe: every document but the last must have a name of its own, got ${twice ?? 'none'}`);
  return recipes;
}

/** What a recipe would do, from the headers of the files alone. @throws {RangeError} as `runRecipe` */
export async function planRecipe(text: string, options: RecipeOptions): Promise<readonly RecipePlan[]> {
  const recipes = checkStages(parseRecipe(text));
  const done = new Map<string, Checkpoint>();
  const plans: RecipePlan[] = [];
  for (const recipe of recipes) {
    const isLast = recipe === recipes.at(-1);
    const prepared = await prepare(recipe, done, isLast ? options : { ...options, format: 'safetensors' }, isLast ? options.out : 'stage');
    plans.push(describePlan(isLast ? options.out : recipe.name!, prepared, options));
    if (!isLast) done.set(recipe.name!, expected(recipe.name!, prepared.plan.results));
  }
  return plans;
}
