import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { boxAt } from './box.ts';
import { checkPlan } from './check-plan.ts';
import type { BoxPlan, Plan, ScalarPlan } from './plan.ts';
import { tapCount, tapsOf } from './taps.ts';
import { checkSize, weightMap } from './weight-map.ts';

/** The images, cut into elements of one image. */
interface Flat {
  readonly data: Float32Array;
  /** Elements of one image. */
  readonly size: number;
}

/**
 * out[at …] = Σⱼ wⱼ · source j over `length` elements, each product and sum rounded to float32 as tensors do. A source of weight 0 is not read: weight 1 on the other
 * gives that one bit for bit, whatever the other holds.
 */
function blend(out: Float32Array, at: number, data: Float32Array, from: readonly number[], weights: readonly number[], length: number): void {
  const [a, b, ...rest] = from.flatMap((start, j) => (weights[j] === 0 ? [] : [{ start, weight: weights[j]! }]));
  if (!a) {
    out.fill(0, at, at + length);
  } else if (!b) {
    if (a.weight === 1) out.set(data.subarray(a.start, a.start + length), at);
    else for (let i = 0; i < length; i++) out[at + i] = a.weight * data[a.start + i]!;
  } else {
    for (let i = 0; i < length; i++) out[at + i] = Math.fround(a.weight * data[a.start + i]!) + Math.fround(b.weight * data[b.start + i]!);
    for (const { start, weight } of rest) {
      for (let i = 0; i < length; i++) out[at + i] = out[at + i]! + Math.fround(weight * data[start + i]!);
    }
  }
}

function applyScalars({ rows, k, sources, weights }: ScalarPlan, { data, size }: Flat): Float32Array {
  const out = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    const from = Array.from(sources.subarray(row * k, row * k + k), (source) => source * size);
    const at = weights.length === k ? 0 : row * k;
    blend(out, row * size, data, from, Array.from(weights.subarray(at, at + k)), size);
  }
  return out;
}

function applyBoxes({ rows, k, sources, boxes, width }: BoxPlan, { data, size }: Flat, channels: number): Float32Array {
  const out = new Float32Array(rows * size);
  const shared = boxes.length === (k - 1) * 4;
  for (let row = 0; row < rows; row++) {
    const start = (j: number): number => sources[row * k + j]! * size;
    out.set(data.subarray(start(0), start(0) + size), row * size);
    for (let j = 1; j < k; j++) {
      const [row0, column0, row1, column1] = boxAt(boxes, (shared ? 0 : row * (k - 1)) + j - 1);
      const length = (column1 - column0) * channels;
      for (let y = row0; y < row1; y++) {
        const at = (y * width + column0) * channels;
        out.set(data.subarray(start(j) + at, start(j) + at + length), row * size + at);
      }
    }
  }
  return out;
}

/** Weights of every pixel; taps where sources are moved, else each pixel reads its own. */
interface PixelMap {
  readonly owners: readonly number[];
  readonly weights: Float32Array;
  readonly pixels?: Int32Array;
}

function applyMap({ rows, k, sources }: Plan, { owners, weights, pixels }: PixelMap, { data, size }: Flat, channels: number): Float32Array {
  const out = new Float32Array(rows * size);
  const count = size / channels;
  const taps = owners.length;
  const shared = weights.length === count * taps;
  for (let row = 0; row < rows; row++) {
    const from = owners.map((j) => sources[row * k + j]! * size);
    for (let pixel = 0; pixel < count; pixel++) {
      const to = row * size + pixel * channels;
      const at = ((shared ? 0 : row * count) + pixel) * taps;
      let first = true;
      for (let tap = 0; tap < taps; tap++) {
        const weight = weights[at + tap]!;
        if (weight === 0) continue;
        if (first) out.fill(-0, to, to + channels); // −0 + x is x, also where x is −0
        first = false;
        const start = from[tap]! + (pixels ? pixels[at + tap]! : pixel) * channels;
        for (let c = 0; c < channels; c++) out[to + c] = out[to + c]! + Math.fround(weight * data[start + c]!);
      }
    }
  }
  return out;
}

/**
 * The mixed images of a plan, on plain arrays. Agrees with `applyMix` on tensors.
 *
 * @param images [batch, …] for a plan of scalars, of any rank; [batch, height, width, …] for boxes and masks
 * @returns [rows, …]
 * @throws {RangeError} for another number of images than `plan.batch`, a size that boxes were not drawn for, or a plan that contradicts itself
 */
export function applyPlan(plan: Plan, images: HostTensor<'float32'>): HostTensor<'float32'> {
  checkPlan(plan, 'applyPlan');
  const [batch, ...inner] = images.shape;
  if (batch !== plan.batch) throw new RangeError(`applyPlan: images must be ${plan.batch}, got shape [${images.shape.join(', ')}]`);
  const flat = { data: images.data, size: images.data.length / batch };
  const shape = [plan.rows, ...inner];
  if (plan.kind === 'scalar') return hostTensor('float32', shape, applyScalars(plan, flat));
  const [height, width, ...channels] = inner;
  if (height === undefined || width === undefined) throw new RangeError(`applyPlan: images must have shape [batch, height, width, …], got [${images.shape.join(', ')}]`);
  const depth = channels.reduce((a, b) => a * b, 1);
  if (plan.kind === 'box') checkSize('applyPlan', plan, height, width);
  const taps = tapCount(plan);
  if (taps !== undefined) return hostTensor('float32', shape, applyMap(plan, tapsOf('applyPlan', plan, [height, width], taps), flat, depth));
  if (plan.kind === 'box') return hostTensor('float32', shape, applyBoxes(plan, flat, depth));
  const owners = Array.from({ length: plan.k }, (_, j) => j);
  return hostTensor('float32', shape, applyMap(plan, { owners, weights: weightMap(plan, height, width).data }, flat, depth));
}
