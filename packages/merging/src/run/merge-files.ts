import { adapterConfigFile } from '../adapters/adapter-config-file.ts';
import { adapterFamily, constantBase } from '../adapters/adapter-family.ts';
import { methodNamed, type MethodName } from '../methods/methods.ts';
import { layerPositions } from '../parameters/layer-positions.ts';
import type { MergeParameters } from '../parameters/resolve-parameter.ts';
import type { MergePolicies } from '../plan/plan-merge.ts';
import { type OutputOptions, planOutput } from '../outputs/plan-output.ts';
import { makeReport, type MergeReport } from '../report/merge-report.ts';
import { openModel } from '../sources/open-model.ts';
import type { MergeJob } from './merge-job.ts';
import { planTasks } from './plan-tasks.ts';
import { runJob, type RunOptions } from './run-job.ts';
import { isFileName } from './workspace.ts';

export interface MergeFilesOptions extends MergeParameters, MergePolicies, OutputOptions, RunOptions, Pick<MergeJob, 'arithmetic' | 'dtype' | 'preserveNorm' | 'clampToInputs'> {
  /** What the models were fine-tuned from: paths of checkpoints, as `openModel` takes them: `base+adapter` is a model with an adapter of PEFT in it. */
  readonly base?: string;
  readonly models: readonly string[];
  /** `[models]`: what the method asks for besides weights. */
  readonly companions?: readonly string[];
  /** Where gradients take a tensor to be, in [0, 1]. Default `layerPositions` of the base (or first model), by the first whole number in the names: `layers.3.` */
  readonly layerPosition?: (name: string) => number;
  /** Whether norms, cosines and sign agreements are computed on the way. Default false. */
  readonly report?: boolean;
}

/**
 * Merges models in files, of which only parts are in memory at a time: at most the largest tensor of every model, or a range of it where the method goes element by element.
 * The result is bit for bit that of `mergeStateDicts`, at any number of threads and any split into files. It appears as a whole; after a kill the same call goes on where the
 * killed one was.
 *
 * @throws {RangeError} as `mergeStateDicts`
 * @throws {Error} naming file and byte for damaged files; where the output is there already; where the disk fails
 */
export async function mergeFiles(method: MethodName, options: MergeFilesOptions): Promise<MergeReport> {
  const open = (paths: readonly string[]) => Promise.all(paths.map((path) => openModel(path)));
  const [[base], models, companions] = await Promise.all([open(options.base === undefined ? [] : [options.base]), open(options.models), open(options.companions ?? [])]);
  const reference = base ?? models[0];
  if (!reference) throw new RangeError(`${method}: models must be at least one, got none`);
  const family = adapterFamily(base ? [base, ...models] : models, methodNamed(method));
  if (family && base) throw new RangeError(`${method}: base must not be given for adapters, whose base is ${family === 'lora' ? 0 : 1}, got ${base.path}`);
  const { parameters, perModel, layerPosition = layerPositions(Object.keys(reference.tensors)) } = options;
  const part = {
    ...(base ? { base: base.tensors } : family && { base: constantBase(reference.tensors, family) }),
    models: models.map(({ tensors }) => tensors),
    labels: { ...(base && { base: base.path }), models: options.models },
    ...(options.companions && { companions: companions.map(({ tensors }) => tensors) }),
    ...(parameters && { parameters }),
    ...(perModel && { perModel }),
    layerPosition,
  };
  const { include, match, shapes, integers, batchNorm, tied, arithmetic, dtype, preserveNorm, clampToInputs } = options;
  const policies = { include, match, shapes, integers, batchNorm, tied, arithmetic, dtype, preserveNorm, clampToInputs };
  const job: MergeJob = { method, parts: [part], ...Object.fromEntries(Object.entries(policies).filter(([, value]) => value !== undefined)) };
  const plan = planTasks(job);
  const figures = await runJob(job, plan, planOutput(plan, reference, options), options.out, isFileName(options.out) ? [] : adapterConfigFile(reference), { ...options, withFigures: options.report ?? false });
  return makeReport(method, plan, options.models, figures, options);
}
