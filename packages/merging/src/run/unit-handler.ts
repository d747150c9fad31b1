import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { sizeOf } from '@mixwell/tensor';
import type { MergeMethod, Scan, Statistics, Values } from '../method.ts';
import { blend } from '../methods/blend.ts';
import { reserve } from '../kernel/rooms.ts';
import { type Arithmetic, eachCornerRow, fromValues, newValues } from '../plan/values.ts';
import { type Figures, figuresOf } from '../report/figures.ts';
import { bytesPerElement } from '../sources/element-bytes.ts';
import { openFiles, type OpenFiles } from '../sources/open-files.ts';
import { readBytes, readValues } from '../sources/read-values.ts';
import { filesOfPlace, isStored, type StoredTensor, type TensorPlace } from '../sources/tensor-place.ts';
import { type JobMethod, methodOf } from './job-method.ts';
import type { MergeTask, Unit } from './plan-tasks.ts';
import { bytesOfUnit, copyChunk, isInKernel, readUnit } from './unit-inputs.ts';

/** What a thread knows of a merge from the start. */
export interface ThreadJob extends JobMethod {
  readonly arithmetic: Arithmetic;
  readonly tasks: readonly MergeTask[];
  /** `[tasks]`: where each result goes, in `folder`. */
  readonly outputs: readonly (readonly StoredTensor[])[];
  readonly folder: string;
  readonly memory: SharedArrayBuffer;
  /** Whether figures for the report are wanted. */
  readonly withFigures: boolean;
}

/** What a thread is asked for. `offset`: where in the shared memory the unit's arrays lie. */
export type ThreadRequest =
  | { readonly kind: 'fold'; readonly scan: number; readonly unit: Unit; readonly offset: number }
  | { readonly kind: 'merge'; readonly unit: Unit; readonly offset: number }
  /** Gives what the thread folded since the last time. */
  | { readonly kind: 'take' }
  /** Results of the scans of a part. */
  | { readonly kind: 'know'; readonly part: number; readonly found: Statistics };

/** A partial of a scan, the figures of a unit, or nothing. */
export type ThreadReply = { readonly partial?: unknown; readonly figures?: Figures };

export interface UnitHandler {
  readonly handle: (request: ThreadRequest) => ThreadReply;
  readonly close: () => void;
}

function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, Math.min(bytes.length - done, 2 ** 30), at + done);
}

/** Elements from `from` on as bytes of the tensor's own type, rounded to it where they are computed. */
function bytesOf(files: OpenFiles, name: string, place: TensorPlace, from: number, count: number): Buffer {
  const bytes = Buffer.alloc(count * bytesPerElement[place.dtype]);
  if (isStored(place)) {
    readBytes(files, place, from, bytes);
    return bytes;
  }
  const values = newValues(count, place.dtype === 'float64' ? 'float64' : 'float32');
  readValues(files, place, from, values);
  const { data } = fromValues(values, place.dtype, [count], name, from);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

const filesText = (place: TensorPlace): string => filesOfPlace(place).join('+');

function checkSame(files: OpenFiles, name: string, [a, b]: readonly [TensorPlace, TensorPlace], from: number, count: number, rule: string): void {
  const same = a.dtype === b.dtype && a.shape.join() === b.shape.join();
  if (!same || !bytesOf(files, name, a, from, count).equals(bytesOf(files, name, b, from, count))) throw new RangeError(`merge: ${name} ${rule}, got others in ${filesText(a)} and ${filesText(b)}`);
}

/** Calls with ranges of a unit that are small enough to be copied at a time. */
function eachChunk({ from, to }: Unit, visit: (from: number, count: number) => void): void {
  for (let at = from; at < to; at += copyChunk) visit(at, Math.min(copyChunk, to - at));
}

function copyUnit(files: OpenFiles, { reference, models, isEqual, name }: MergeTask, unit: Unit, write: (bytes: Uint8Array, from: number) => void): void {
  eachChunk(unit, (from, count) => {
    if (isEqual) for (const model of models) checkSame(files, name, [reference, model], from, count, "is not merged and must be the same in every model; integers 'base' copies that of the base or first model");
    write(bytesOf(files, name, reference, from, count), from);
  });
}

/** The merged corner in its place in the reference. */
function intoReference(files: OpenFiles, { shape, corner, reference }: MergeTask, values: Values, arithmetic: Arithmetic): Values {
  if (shape.join() === corner.join()) return values;
  const out = newValues(sizeOf(shape), arithmetic);
  readValues(files, reference, 0, out);
  eachCornerRow(shape, corner, (inWhole, inCorner, length) => out.set(values.subarray(inCorner, inCorner + length), inWhole));
  return out;
}

const parametersOfPart = (tasks: readonly MergeTask[], part: number): MergeTask['parameters'] | undefined => tasks.find((task) => task.part === part && task.action === 'merge')?.parameters;

/** The passes of a part before its merge. */
export function scansOf(method: MergeMethod, tasks: readonly MergeTask[], part: number): readonly Scan[] {
  const parameters = parametersOfPart(tasks, part);
  return (parameters && method.scans?.(parameters)) ?? [];
}

/** Does units of a merge, one after the other: reads their inputs, folds or merges them, writes the results to their places. */
export function createUnitHandler(job: ThreadJob): UnitHandler {
  const { arithmetic, tasks, outputs, folder, memory, withFigures } = job;
  const method = methodOf(job);
  const [inputFiles, outputFiles] = [openFiles('r'), openFiles('r+')];
  const found = new Map<number, Statistics>();
  let partial: unknown;

  const roomOf = (task: MergeTask, unit: Unit, offset: number): Uint8Array => {
    const bytes = bytesOfUnit(task, unit, arithmetic);
    return isInKernel(task, arithmetic) ? reserve(bytes) : new Uint8Array(memory, offset, bytes);
  };

  function fold({ scan: number, unit, offset }: ThreadRequest & { kind: 'fold' }): ThreadReply {
    const task = tasks[unit.task]!;
    const scan = scansOf(method, tasks, task.part)[number]!;
    const known = found.get(task.part) ?? {};
    partial ??= scan.start(task.models.length, known);
    const { inputs } = readUnit(inputFiles, task, unit, arithmetic, roomOf(task, unit, offset), number > 0);
    scan.fold(partial, inputs, known);
    return {};
  }

  function merge({ unit, offset }: ThreadRequest & { kind: 'merge' }): ThreadReply {
    const task = tasks[unit.task]!;
    const { name, action, models, ties, parameters, dtype, shape } = task;
    for (const tie of ties) eachChunk(unit, (from, count) => checkSame(inputFiles, name, tie, from, count, `and ${task.tiedNames.join(', ')} must be one tensor in every model`));
    const write = (data: Uint8Array, from: number): void => {
      for (const { file, begin } of outputs[unit.task]!) writeAll(outputFiles.fd(join(folder, file)), data, begin + from * bytesPerElement[dtype]);
    };
    if (action === 'copy') {
      copyUnit(inputFiles, task, unit, write);
      return {};
    }
    const known = found.get(task.part);
    const { inputs, out } = readUnit(inputFiles, task, unit, arithmetic, roomOf(task, unit, offset), known !== undefined);
    if (action === 'average') blend(out, inputs.models, models.map(() => 1 / models.length));
    else if (out.length > 0) method.merge(inputs, parameters, known ?? {}, out);
    const result = intoReference(inputFiles, task, out, arithmetic);
    const { data } = fromValues(result, dtype, task.isElementwise ? [result.length] : shape, name, unit.from);
    write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), unit.from);
    return withFigures && action === 'merge' ? { figures: figuresOf(method, inputs, parameters, known ?? {}, out) } : {};
  }

  return {
    handle(request) {
      switch (request.kind) {
        case 'fold': return fold(request);
        case 'merge': return merge(request);
        case 'know': found.set(request.part, request.found); return {};
        case 'take': {
          const reply = { partial };
          partial = undefined;
          return reply;
        }
      }
    },
    close() {
      inputFiles.close();
      outputFiles.close();
    },
  };
}
