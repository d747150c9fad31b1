import { sizeOf } from '@mixwell/tensor';
import type { TensorInputs, Values } from '../method.ts';
import { type Arithmetic, checkFinite, cropValues, newValues } from '../plan/values.ts';
import type { OpenFiles } from '../sources/open-files.ts';
import { readValues } from '../sources/read-values.ts';
import { filesOfPlace, type TensorPlace } from '../sources/tensor-place.ts';
import { aligned } from './arena.ts';
import type { MergeTask, Unit } from './plan-tasks.ts';

/** Elements that are copied or compared at a time. */
export const copyChunk: number = 1 << 20;

const widthOf = (arithmetic: Arithmetic): number => (arithmetic === 'float32' ? 4 : 8);

/** Bytes of the arrays of a unit: inputs, companions and result. */
export function bytesOfUnit({ action, base, models, companions = [] }: MergeTask, { from, to }: Unit, arithmetic: Arithmetic): number {
  if (action === 'copy') return 0;
  const width = widthOf(arithmetic);
  const whole = companions.reduce((sum, { shape }) => sum + aligned(width * Math.max(to - from, sizeOf(shape))), 0);
  return (models.length + (base ? 1 : 0) + 1) * aligned(width * (to - from)) + whole;
}

/** Bytes of an adapter's factors while elements of a unit are computed. */
function factorBytes(place: TensorPlace, unit: Unit, width: number): number {
  if (!('change' in place)) return 0;
  const { of, change, shape } = place;
  if (change.kind === 'scale') return factorBytes(of, unit, width) + width * sizeOf(change.factor.shape);
  const columns = sizeOf(shape.slice(1));
  const rows = Math.min(shape[0]!, Math.ceil((unit.to - unit.from) / columns) + 1);
  return factorBytes(of, unit, width) + width * change.rank * (rows + columns) * (change.isTransposed ? 2 : 1) + 8 * columns;
}

/** Bytes that computing the inputs of a unit takes besides its arrays. */
export const computingBytes = ({ models, base, reference }: MergeTask, unit: Unit, arithmetic: Arithmetic): number =>
  [...models, ...(base ? [base] : []), reference].reduce((sum, place) => sum + factorBytes(place, unit, widthOf(arithmetic)), 0);

/** Whether the arrays of a unit lie in the kernel's memory of the thread that does it: ranges of float32 numbers do, the rest in what all threads share. */
export const isInKernel = ({ action, isElementwise }: MergeTask, arithmetic: Arithmetic): boolean => action !== 'copy' && isElementwise && arithmetic === 'float32';

export interface UnitArrays {
  readonly inputs: TensorInputs;
  /** As long as each input. */
  readonly out: Values;
}

/** Hands out arrays one behind the other. */
function arraysIn(room: Uint8Array, arithmetic: Arithmetic): (size: number) => Values {
  let at = room.byteOffset;
  return (size) => {
    const array = arithmetic === 'float32' ? new Float32Array(room.buffer, at, size) : new Float64Array(room.buffer, at, size);
    at += aligned(array.byteLength);
    return array;
  };
}

/**
 * Reads the inputs of a unit.
 *
 * @param room as many bytes as `bytesOfUnit` says
 * @param isChecked whether NaN and infinity were looked for before
 * @throws {RangeError} naming tensor, model and place of the first NaN or infinity
 */
export function readUnit(files: OpenFiles, task: MergeTask, { from, to }: Unit, arithmetic: Arithmetic, room: Uint8Array, isChecked: boolean): UnitArrays {
  const { name, corner, base, models, companions } = task;
  const take = arraysIn(room, arithmetic);
  const read = (place: TensorPlace, where: string): Values => {
    const into = take(to - from);
    if (place.shape.join() === corner.join()) readValues(files, place, from, into);
    else {
      const whole = newValues(sizeOf(place.shape), arithmetic);
      readValues(files, place, 0, whole);
      into.set(cropValues(whole, place.shape, corner));
    }
    if (!isChecked) checkFinite(into, name, `${where} (${filesOfPlace(place).join(' + ')})`, from);
    return into;
  };
  const out = take(to - from);
  const readCompanion = (place: TensorPlace): Values => {
    const isRange = place.shape.join() === corner.join();
    const into = take(isRange ? to - from : sizeOf(place.shape));
    readValues(files, place, isRange ? from : 0, into);
    return into;
  };
  const inputs: TensorInputs = {
    name, shape: corner, offset: from,
    ...(base && { base: read(base, 'the base') }),
    models: models.map((place, i) => read(place, `model ${i}`)),
    ...(companions && { companions: companions.map(readCompanion) }),
  };
  return { inputs, out };
}
