import type { HostTensor } from '@mixwell/tensor';
import { checkWhole } from '../check.ts';
import { readLabels } from '../plan/mix-labels.ts';
import type { Batch } from './policy.ts';

type MapName = 'saliency' | 'attention';
type Maps = HostTensor<'float32' | 'float64'>;

/** @throws {RangeError} where a policy that goes by steps gets none */
export function readStep(caller: string, step: number | undefined): number {
  if (step === undefined) throw new RangeError(`${caller}: batch.step is missing, the policy goes by it`);
  checkWhole(caller, 'batch.step', step, 0);
  return step;
}

/** @throws {RangeError} where a batch is empty, or a size missing or no whole number */
export function readSize(caller: string, batch: Batch): readonly [rows: number, height: number, width: number] {
  const sizes = { rows: batch.rows, height: batch.height, width: batch.width };
  for (const [name, value] of Object.entries(sizes)) checkWhole(caller, `batch.${name}`, value!);
  return [batch.rows, batch.height!, batch.width!];
}

/** @param least 0, or −`Number.MAX_VALUE`: any finite number */
function checkFinite(caller: string, name: string, data: Float32Array | Float64Array, least: number): void {
  const { length } = data;
  for (let i = 0; i < length; i++) {
    const value = data[i]!;
    if (!(value >= least && value < Infinity)) throw new RangeError(`${caller}: ${name}[${i}] must be ${least === 0 ? '>= 0 and finite' : 'finite'}, got ${value}`);
  }
}

function missing(caller: string, name: string): never {
  throw new RangeError(`${caller}: batch.${name} is missing, the policy needs it`);
}

/**
 * Refuses anything but [rows, height, width] maps of importance, ≥ 0.
 *
 * @throws {RangeError} where they have another shape, are negative, NaN or infinite
 */
export function checkMaps(caller: string, name: string, { shape, data }: Maps, rows: number): void {
  if (shape.length !== 3 || shape[0] !== rows || shape.includes(0)) throw new RangeError(`${caller}: ${name} must have shape [${rows}, height, width], got [${shape.join(', ')}]`);
  checkFinite(caller, name, data, 0);
}

/**
 * The maps of a batch, checked.
 *
 * @throws {RangeError} where they are missing, of another shape, negative, NaN or infinite
 */
export function readMaps(caller: string, batch: Batch, name: MapName): Maps {
  const maps = batch[name];
  if (!maps) return missing(caller, name);
  checkMaps(caller, `batch.${name}`, maps, batch.rows);
  return maps;
}

/**
 * [rows, height, width, channels] images of the size of the batch.
 *
 * @throws {RangeError} where they are missing, of another shape, NaN or infinite
 */
export function readImages(caller: string, batch: Batch): HostTensor<'float32'> {
  const [rows, height, width] = readSize(caller, batch);
  const { images } = batch;
  if (!images) return missing(caller, 'images');
  const { shape, data } = images;
  const fits = shape.length === 4 && shape[0] === rows && shape[1] === height && shape[2] === width && shape[3]! > 0;
  if (!fits) throw new RangeError(`${caller}: batch.images must have shape [${rows}, ${height}, ${width}, channels], got [${shape.join(', ')}]`);
  checkFinite(caller, 'batch.images', data, -Number.MAX_VALUE);
  return images;
}

/**
 * [rows, dimensions] labels of a regression.
 *
 * @throws {RangeError} where they are missing, of another shape, NaN or infinite
 */
export function readTargets(caller: string, batch: Batch): HostTensor<'float32' | 'float64'> {
  const { targets, rows } = batch;
  if (!targets) return missing(caller, 'targets');
  if (targets.shape.length !== 2 || targets.shape[0] !== rows) throw new RangeError(`${caller}: batch.targets must have shape [${rows}, dimensions], got [${targets.shape.join(', ')}]`);
  checkFinite(caller, 'batch.targets', targets.data, -Number.MAX_VALUE);
  return targets;
}

/**
 * [rows] class labels.
 *
 * @throws {RangeError} where they are missing, of another number, or no whole numbers ≥ 0
 */
export function readBatchLabels(caller: string, { labels, rows }: Batch): Int32Array {
  return labels === undefined ? missing(caller, 'labels') : readLabels(caller, labels, rows, Infinity);
}
