import { type HostTensor, hostTensor, sizeOf } from '@mixwell/tensor';
import { blend, imageAt } from './blend.ts';
import { blendPixels, type PixelMap } from './blend-pixels.ts';
import { type Box, boxAt } from '../plan/box.ts';
import { checkPlan } from '../plan/check-plan.ts';
import { cutAndPaste, pasteBox } from './paste-box.ts';
import type { BoxPlan, Plan, ScalarPlan } from '../plan/plan.ts';
import { tapCount, tapsOf } from '../plan/taps.ts';
import { checkSize, pixelWeights } from '../plan/weight-map.ts';

export interface ApplyPlanOptions {
  /** float32 [rows, …]: where the mixed images are written. Default: memory of their own. With `mixBuffers` it goes fastest. */
  readonly out?: HostTensor<'float32'>;
}

function applyScalars({ rows, k, sources, weights }: ScalarPlan, data: Float32Array, out: Float32Array): void {
  const size = out.length / rows;
  for (let row = 0; row < rows; row++) {
    const parts = Array.from(sources.subarray(row * k, row * k + k), (source) => imageAt(data, source, size));
    blend(imageAt(out, row, size), parts, weights.length === k ? weights : weights.subarray(row * k, row * k + k));
  }
}

function applyBoxes({ rows, k, sources, boxes, height, width }: BoxPlan, data: Float32Array, out: Float32Array): void {
  const size = out.length / rows;
  const channels = size / (height * width);
  const shared = boxes.length === (k - 1) * 4;
  for (let row = 0; row < rows; row++) {
    const mixed = imageAt(out, row, size);
    const source = (j: number): Float32Array => imageAt(data, sources[row * k + j]!, size);
    const box = (j: number): Box => boxAt(boxes, (shared ? 0 : row * (k - 1)) + j - 1);
    if (k === 1) mixed.set(source(0));
    else cutAndPaste(mixed, source(0), source(1), box(1), width, channels);
    for (let j = 2; j < k; j++) pasteBox(mixed, source(j), box(j), width, channels);
  }
}

function pixelMap(plan: Plan, height: number, width: number): PixelMap {
  const taps = tapCount(plan);
  if (taps !== undefined) return tapsOf('applyPlan', plan, [height, width], taps);
  return { owners: Array.from({ length: plan.k }, (_, j) => j), weights: pixelWeights('applyPlan', plan, height, width).data };
}

function checkOut(out: HostTensor<'float32'>, shape: readonly number[], { data }: HostTensor<'float32'>): void {
  if (out.dtype !== 'float32') throw new TypeError(`applyPlan: out must be float32, got ${String(out.dtype)}`);
  if (out.shape.join() !== shape.join()) throw new RangeError(`applyPlan: out must have shape [${shape.join(', ')}], got [${out.shape.join(', ')}]`);
  const { buffer, byteOffset, byteLength } = out.data;
  if (buffer === data.buffer && byteOffset < data.byteOffset + data.byteLength && data.byteOffset < byteOffset + byteLength) throw new RangeError('applyPlan: out must not share memory with images');
}

/**
 * The mixed images of a plan, on plain arrays. Agrees with `applyMix` on tensors.
 *
 * @param images [batch, …] for a plan of scalars, of any rank; [batch, height, width, …] for boxes and masks
 * @returns [rows, …]; `out` where it was given
 * @throws {RangeError} for another number of images than `plan.batch`, a size that boxes were not drawn for, a plan that contradicts itself, an `out` of another shape or
 * one that shares memory with the images
 */
export function applyPlan(plan: Plan, images: HostTensor<'float32'>, { out }: ApplyPlanOptions = {}): HostTensor<'float32'> {
  checkPlan(plan, 'applyPlan');
  if (plan.kind === 'scalar' && plan.aligned !== undefined) throw new RangeError('applyPlan: plan.aligned needs the features of a network: applyMix of @mixwell/mix-core/tf');
  const [batch, ...inner] = images.shape;
  if (batch !== plan.batch) throw new RangeError(`applyPlan: images must be ${plan.batch}, got shape [${images.shape.join(', ')}]`);
  const shape = [plan.rows, ...inner];
  if (out) checkOut(out, shape, images);
  const mixed = out ?? hostTensor('float32', shape, new Float32Array(sizeOf(shape)));
  if (plan.kind === 'scalar') {
    applyScalars(plan, images.data, mixed.data);
    return mixed;
  }
  const [height, width] = inner;
  if (height === undefined || width === undefined) throw new RangeError(`applyPlan: images must have shape [batch, height, width, …], got [${images.shape.join(', ')}]`);
  if (plan.kind === 'box') checkSize('applyPlan', plan, height, width);
  if (plan.kind === 'box' && !plan.crops) applyBoxes(plan, images.data, mixed.data);
  else blendPixels(mixed.data, images.data, pixelMap(plan, height, width), plan, height * width);
  return mixed;
}
