import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { MergeMethod, Scan, Statistics } from '../method.ts';
import type { OutputPlan } from '../outputs/output-plan.ts';
import type { Figures } from '../report/figures.ts';
import { filesOfPlace, type TensorPlace } from '../sources/tensor-place.ts';
import { type Arena, createArena } from './arena.ts';
import type { UnitDone } from './journal.ts';
import { methodOf } from './job-method.ts';
import type { MergeJob } from './merge-job.ts';
import { createMeter, type Meter, type Progress } from './progress.ts';
import { type MergeTask, type TaskPlan, type Unit, unitsOf } from './plan-tasks.ts';
import { runUnits } from './run-units.ts';
import { startThreads, type Thread, type Threads } from './threads.ts';
import { bytesOfUnit, computingBytes, isInKernel } from './unit-inputs.ts';
import { scansOf } from './unit-handler.ts';
import { type ExtraFile, openWorkspace, type Workspace } from './workspace.ts';

/** How a merge is run, which changes nothing of its result. */
export interface RunOptions {
  /** Worker threads; where a method goes element by element this thread takes part for some milliseconds at a time. 0: this thread does all. Default one a core with this thread, 0 for little work. */
  readonly threads?: number;
  /** Whether what is at the output's place may be replaced. Default false. */
  readonly overwrite?: boolean;
  readonly onProgress?: (progress: Progress) => void;
  /** Most elements of an input that are in memory at a time where a method goes element by element. Default 2¹⁸. */
  readonly range?: number;
}

const defaultRange = 2 ** 18;
/** With fewer elements to read, starting threads takes longer than the work. */
const littleWork = 2 ** 22;
/** Milliseconds between two notes of what is done. */
const noteInterval = 2000;

export interface Layout {
  readonly units: readonly Unit[];
  readonly threads: number;
  /** Bytes of the memory that threads share: the largest tensor of all models, or a range of it for each thread. */
  readonly arenaBytes: number;
  /** Bytes of ranges in the threads' own memory. */
  readonly kernelBytes: number;
  /** Bytes of what adapters are computed from, in the threads' own memory. */
  readonly adapterBytes: number;
}

export function layOutRun({ tasks, arithmetic }: TaskPlan, { threads: wanted, range = defaultRange }: RunOptions): Layout {
  const units = unitsOf(tasks, range);
  const work = units.reduce((sum, { task, from, to }) => sum + (to - from) * (tasks[task]!.models.length + 1), 0);
  const areShort = units.every(({ task }) => tasks[task]!.action === 'copy' || isInKernel(tasks[task]!, arithmetic));
  const threads = wanted ?? (work < littleWork ? 0 : Math.max(1, availableParallelism() - (areShort ? 1 : 0)));
  const most = (fits: (unit: Unit, task: MergeTask) => boolean): number =>
    units.reduce((largest, unit) => Math.max(largest, fits(unit, tasks[unit.task]!) ? bytesOfUnit(tasks[unit.task]!, unit, arithmetic) : 0), 0);
  const shared = (_: Unit, task: MergeTask): boolean => !isInKernel(task, arithmetic);
  return {
    units, threads,
    arenaBytes: Math.max(most(shared), Math.max(1, threads) * most((unit, task) => shared(unit, task) && unit.to - unit.from <= range)),
    adapterBytes: (threads + 1) * units.reduce((largest, unit) => Math.max(largest, computingBytes(tasks[unit.task]!, unit, arithmetic)), 0),
    kernelBytes: (threads + 1) * most((_, task) => isInKernel(task, arithmetic)),
  };
}

function inputFilesOf({ tasks }: TaskPlan): readonly string[] {
  const places = tasks.flatMap(({ reference, models, companions = [] }): readonly TensorPlace[] => [reference, ...models, ...companions]);
  return [...new Set(places.flatMap(filesOfPlace))];
}

/** Of everything that the result depends on, the sizes and times of the input files included. */
export function fingerprintOf(job: MergeJob, plan: TaskPlan, output: OutputPlan, { range = defaultRange }: RunOptions): string {
  const { tasks, arithmetic } = plan;
  const files = inputFilesOf(plan).map((file) => [file, statSync(file).size, statSync(file).mtimeMs]);
  return createHash('sha256').update(JSON.stringify([1, job.method, job.preserveNorm, job.clampToInputs, tasks, arithmetic, output.places, output.texts, files, range])).digest('hex');
}

interface Run {
  readonly plan: TaskPlan;
  readonly method: MergeMethod;
  readonly layout: Layout;
  readonly threads: Threads;
  readonly arena: Arena;
  readonly workspace: Workspace;
  readonly meter: Meter;
}

const bytesIn = ({ plan: { tasks, arithmetic } }: Pick<Run, 'plan'>) => (unit: Unit): number =>
  (isInKernel(tasks[unit.task]!, arithmetic) ? 0 : bytesOfUnit(tasks[unit.task]!, unit, arithmetic));

const elements = (units: readonly Unit[]): number => units.reduce((sum, { from, to }) => sum + to - from, 0);

const unitsOfPart = ({ plan: { tasks }, layout }: Pick<Run, 'plan' | 'layout'>, part: number): Unit[] => layout.units.filter(({ task }) => tasks[task]!.part === part && tasks[task]!.action === 'merge');

const allOf = ({ workers, own }: Threads): readonly Thread[] => [own, ...workers];

/** One pass over the tensors of a part. */
async function runScan(run: Run, part: number, scan: Scan, number: number, found: Statistics): Promise<unknown> {
  const { threads, arena, meter, plan: { tasks } } = run;
  const units = unitsOfPart(run, part);
  await runUnits(threads, arena, {
    units,
    bytesOf: bytesIn(run),
    request: (unit, offset) => ({ kind: 'fold', scan: number, unit, offset }),
    onDone: (at) => meter.add(scan.name, units[at]!.to - units[at]!.from),
  });
  const total = scan.start(tasks.find((task) => task.part === part)!.models.length, found);
  for (const { partial } of await Promise.all(allOf(threads).map((thread) => thread.ask({ kind: 'take' })))) if (partial !== undefined) scan.combine(total, partial);
  return scan.finish(total, found);
}

async function runScans(run: Run, part: number): Promise<void> {
  const { method, plan: { tasks }, threads, workspace, meter } = run;
  let found: Statistics = {};
  for (const [number, scan] of scansOf(method, tasks, part).entries()) {
    const known = workspace.recall(part, number);
    const value = known ? known.value : await runScan(run, part, scan, number, found);
    if (known) meter.skip(elements(unitsOfPart(run, part)));
    else await workspace.remember(part, number, value);
    found = { ...found, [scan.name]: value };
    await Promise.all(allOf(threads).map((thread) => thread.ask({ kind: 'know', part, found })));
  }
}

/** Merges what is not done yet, and notes now and then what is. */
async function runMerge({ layout, plan, threads, arena, workspace, meter }: Run): Promise<readonly (Figures | undefined)[]> {
  const figures: (Figures | undefined)[] = layout.units.map(() => undefined);
  const isDone = new Set(workspace.done.map(({ unit }) => unit));
  for (const { unit, figures: known } of workspace.done) figures[unit] = known;
  const left = layout.units.flatMap((unit, number) => (isDone.has(number) ? [] : [{ ...unit, number }]));
  for (const number of isDone) meter.skip(layout.units[number]!.to - layout.units[number]!.from);
  let done: UnitDone[] = [];
  let noting = Promise.resolve();
  let lastNote = performance.now();
  const noteDone = (): void => {
    const ready = done;
    [done, lastNote] = [[], performance.now()];
    noting = noting.then(() => workspace.note(ready));
    noting.catch(() => {}); // it is awaited below
  };
  const merging = runUnits(threads, arena, {
    units: left,
    bytesOf: bytesIn({ plan }),
    request: ({ task, from, to }, offset) => ({ kind: 'merge', unit: { task, from, to }, offset }),
    onDone(at, reply) {
      const { number, from, to } = left[at]!;
      figures[number] = reply.figures;
      done.push({ unit: number, ...(reply.figures && { figures: reply.figures }) });
      meter.add('merge', to - from);
      if (performance.now() - lastNote >= noteInterval) noteDone();
    },
  });
  await merging.catch(async (error: unknown) => {
    noteDone(); // another run may go on from here
    await noting.catch(() => {});
    throw error;
  });
  await noting;
  return figures;
}

/** @returns `[units]`: figures of each, where they were asked for */
export async function runJob(
  job: MergeJob, plan: TaskPlan, output: OutputPlan, out: string, extras: readonly ExtraFile[], options: RunOptions & { readonly withFigures: boolean },
): Promise<readonly (Figures | undefined)[]> {
  const { overwrite = false, onProgress = () => {}, withFigures } = options;
  const layout = layOutRun(plan, options);
  const fingerprint = fingerprintOf(job, plan, output, options) + (withFigures ? '+' : '');
  const workspace = await openWorkspace({ out, fingerprint, plan: output, overwrite, inputs: inputFilesOf(plan) });
  const arena = createArena(layout.arenaBytes);
  const isTemplate = output.files.some(({ begins }) => 'copyOf' in begins);
  // what is copied is in a copy of the base (or first model) already
  const outputs = plan.tasks.map(({ name, tiedNames, action }) => (isTemplate && action === 'copy' ? [] : [name, ...tiedNames].map((one) => output.places[one]!)));
  const threads = startThreads(layout.threads, {
    method: job.method, preserveNorm: job.preserveNorm ?? false, clampToInputs: job.clampToInputs ?? false, arithmetic: plan.arithmetic, tasks: plan.tasks, outputs, folder: workspace.folder, memory: arena.buffer, withFigures,
  });
  const method = methodOf(job);
  const scanned = job.parts.map((_, part) => scansOf(method, plan.tasks, part).length * elements(unitsOfPart({ plan, layout }, part)));
  const meter = createMeter(scanned.reduce((sum, amount) => sum + amount, elements(layout.units)), onProgress);
  const run: Run = { plan, method, layout, threads, arena, workspace, meter };
  try {
    for (const part of job.parts.keys()) await runScans(run, part);
    const figures = await runMerge(run);
    await Promise.all(allOf(threads).map((thread) => thread.close()));
    await workspace.commit([...output.texts.map(([name, text]) => ({ name, text })), ...extras]);
    return figures;
  } catch (error) {
    await Promise.all(allOf(threads).map((thread) => thread.close()));
    if ((error as NodeJS.ErrnoException).code === undefined) workspace.discard();
    throw error;
  }
}
