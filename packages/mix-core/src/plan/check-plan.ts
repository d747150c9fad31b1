import { checkWhole } from '../check.ts';
import { boxArea, boxAt } from './box.ts';
import type { BoxPlan, MaskPlan, Plan, ScalarPlan } from './plan.ts';

type Typed = Int32Array | Float32Array;

function checkArray(caller: string, name: string, array: Typed, type: new (length: number) => Typed, lengths: readonly number[]): void {
  if (!(array instanceof type)) throw new TypeError(`${caller}: plan.${name} must be a ${type.name}, got ${Object.prototype.toString.call(array).slice(8, -1)}`);
  if (!lengths.includes(array.length)) throw new RangeError(`${caller}: plan.${name} must have ${[...new Set(lengths)].join(' or ')} elements, got ${array.length}`);
}

function checkValues(caller: string, name: string, array: Typed, [least, most]: readonly [number, number], rule: string): void {
  for (let i = 0; i < array.length; i++) {
    const value = array[i]!;
    if (!(value >= least && value <= most)) throw new RangeError(`${caller}: plan.${name}[${i}] must be ${rule}, got ${value}`);
  }
}

function checkBoxes(caller: string, name: string, boxes: Int32Array, height: number, width: number): void {
  for (let box = 0; box < boxes.length / 4; box++) {
    const [row0, column0, row1, column1] = boxAt(boxes, box);
    const fits = row0 >= 0 && row0 <= row1 && row1 <= height && column0 >= 0 && column0 <= column1 && column1 <= width;
    if (!fits) throw new RangeError(`${caller}: plan.${name}[${box}] must lie within ${height} × ${width}, got [${row0}, ${column0}, ${row1}, ${column1}]`);
  }
}

function checkAligned(caller: string, { aligned, k }: ScalarPlan): void {
  if (aligned === undefined) return;
  if (aligned !== 0 && aligned !== 1) throw new RangeError(`${caller}: plan.aligned must be 0 or 1, got ${JSON.stringify(aligned)}`);
  if (k !== 2) throw new RangeError(`${caller}: plan.k must be 2 where plan.aligned is there, got ${k}`);
}

function checkCrops(caller: string, { crops, resize, boxes, height, width }: BoxPlan): void {
  if (crops === undefined && resize === undefined) return;
  if (!crops || !resize) throw new TypeError(`${caller}: plan.crops and plan.resize must be given together, got only ${crops ? 'crops' : 'resize'}`);
  if (!['nearest', 'bilinear', 'bilinear-corners'].includes(resize)) throw new TypeError(`${caller}: plan.resize must be 'nearest', 'bilinear' or 'bilinear-corners', got ${JSON.stringify(resize)}`);
  checkArray(caller, 'crops', crops, Int32Array, [boxes.length]);
  checkBoxes(caller, 'crops', crops, height, width);
  for (let box = 0; box < boxes.length / 4; box++) {
    if (boxArea(boxAt(boxes, box)) > 0 && boxArea(boxAt(crops, box)) === 0) throw new RangeError(`${caller}: plan.crops[${box}] must not be empty, since its box is not`);
  }
}

function checkTiles(caller: string, { tiles, tileRows, tileColumns, rows, k }: MaskPlan): void {
  if (tiles === undefined && tileRows === undefined && tileColumns === undefined) return;
  if (!tiles || tileRows === undefined || tileColumns === undefined) throw new TypeError(`${caller}: plan.tiles, plan.tileRows and plan.tileColumns must be given together`);
  checkWhole(caller, 'plan.tileRows', tileRows);
  checkWhole(caller, 'plan.tileColumns', tileColumns);
  const count = tileRows * tileColumns;
  checkArray(caller, 'tiles', tiles, Int32Array, [k * count, rows * k * count]);
  checkValues(caller, 'tiles', tiles, [-1, count - 1], `in [0, ${count}), or -1`);
}

/**
 * Refuses a plan that contradicts itself. `applyPlan`, `mixLabels`, `lower` and `planFromJson` do so too; call it for a plan that you made by hand.
 *
 * @throws {RangeError} for sizes that do not fit, sources outside [0, batch), weights outside [0, 1], boxes outside of the image, label weights that are negative or
 * not finite; the message names field, place and value
 * @throws {TypeError} for an unknown kind, or a field of another type
 */
export function checkPlan(plan: Plan, caller = 'checkPlan'): void {
  const { kind, batch, rows, k, sources, labelWeights, stage } = plan;
  if (!['scalar', 'box', 'mask'].includes(kind)) throw new TypeError(`${caller}: plan.kind must be 'scalar', 'box' or 'mask', got ${JSON.stringify(kind)}`);
  for (const [name, value] of Object.entries({ batch, rows, k })) checkWhole(caller, `plan.${name}`, value);
  if (stage !== undefined && typeof stage !== 'string') throw new TypeError(`${caller}: plan.stage must be a string, got ${JSON.stringify(stage)}`);
  checkArray(caller, 'sources', sources, Int32Array, [rows * k]);
  checkValues(caller, 'sources', sources, [0, batch - 1], `in [0, ${batch})`);
  checkArray(caller, 'labelWeights', labelWeights, Float32Array, [rows * k]);
  checkValues(caller, 'labelWeights', labelWeights, [0, 3.5e38], '>= 0 and finite');
  if (plan.kind !== 'scalar') {
    checkWhole(caller, 'plan.height', plan.height);
    checkWhole(caller, 'plan.width', plan.width);
  }
  switch (plan.kind) {
    case 'scalar':
      checkArray(caller, 'weights', plan.weights, Float32Array, [k, rows * k]);
      checkValues(caller, 'weights', plan.weights, [0, 1], 'in [0, 1]');
      return checkAligned(caller, plan);
    case 'box':
      checkArray(caller, 'boxes', plan.boxes, Int32Array, [(k - 1) * 4, rows * (k - 1) * 4]);
      checkBoxes(caller, 'boxes', plan.boxes, plan.height, plan.width);
      return checkCrops(caller, plan);
    case 'mask':
      if (!['nearest', 'bilinear'].includes(plan.upsampling)) throw new TypeError(`${caller}: plan.upsampling must be 'nearest' or 'bilinear', got ${JSON.stringify(plan.upsampling)}`);
      checkArray(caller, 'masks', plan.masks, Float32Array, [plan.height * plan.width * k, rows * plan.height * plan.width * k]);
      checkValues(caller, 'masks', plan.masks, [0, 1], 'in [0, 1]');
      return checkTiles(caller, plan);
  }
}
