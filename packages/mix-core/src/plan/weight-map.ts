import { type HostTensor, hostTensor } from '@mixwell/tensor';
import { boxAt } from './box.ts';
import { checkPlan } from './check-plan.ts';
import type { BoxPlan, Plan, ScalarPlan } from './plan.ts';
import { upsample } from './upsample.ts';

/** [1 or rows, height, width, k]: weights repeated for each pixel. */
function spread({ weights, k }: ScalarPlan, pixels: number): Float32Array {
  const map = new Float32Array((weights.length / k) * pixels * k);
  for (let at = 0; at < weights.length; at += k) {
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let j = 0; j < k; j++) map[at * pixels + pixel * k + j] = weights[at + j]!;
    }
  }
  return map;
}

/** [1 or rows, height, width, k]: 1 for the source that shows, 0 for the others. */
function paint({ boxes, height, width, k, rows }: BoxPlan): Float32Array {
  const perRow = k - 1;
  const count = boxes.length === perRow * 4 ? 1 : rows;
  const map = new Float32Array(count * height * width * k);
  for (let at = 0; at < map.length; at += k) map[at] = 1;
  for (let box = 0; box < count * perRow; box++) {
    const [row0, column0, row1, column1] = boxAt(boxes, box);
    const image = Math.floor(box / perRow);
    const source = 1 + (box % perRow);
    for (let y = row0; y < row1; y++) {
      const line = (image * height + y) * width;
      map.fill(0, (line + column0) * k, (line + column1) * k);
      for (let x = column0; x < column1; x++) map[(line + x) * k + source] = 1;
    }
  }
  return map;
}

/** Refuses an image of another size than boxes were drawn for. */
export function checkSize(caller: string, plan: BoxPlan, height: number, width: number): void {
  if (plan.height !== height || plan.width !== width) throw new RangeError(`${caller}: boxes were drawn for ${plan.height} × ${plan.width}, got ${height} × ${width}`);
}

/** `weightMap` of a plan that was checked. */
export function pixelWeights(caller: string, plan: Plan, height: number, width: number): HostTensor<'float32'> {
  const { k } = plan;
  let map: Float32Array;
  switch (plan.kind) {
    case 'scalar':
      map = spread(plan, height * width);
      break;
    case 'box':
      checkSize(caller, plan, height, width);
      map = paint(plan);
      break;
    case 'mask':
      map = upsample(plan.masks, [plan.masks.length / (plan.height * plan.width * k), plan.height, plan.width, k], height, width, plan.upsampling);
      break;
  }
  return hostTensor('float32', [map.length / (height * width * k), height, width, k], map);
}

/**
 * What each source weighs at each pixel of the mixed image, wherever in the source that pixel comes from.
 *
 * @returns [rows, height, width, k], or [1, height, width, k] where all rows share it
 * @throws {RangeError} for an image of another size than boxes were drawn for, or a plan that contradicts itself
 */
export function weightMap(plan: Plan, height: number, width: number): HostTensor<'float32'> {
  checkPlan(plan, 'weightMap');
  return pixelWeights('weightMap', plan, height, width);
}
