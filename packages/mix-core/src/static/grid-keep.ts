import { checkShare, checkWhole } from '../check.ts';

export interface GridChoice {
  readonly height: number;
  readonly width: number;
  /** In [0, 1]: holes take about 1 − λ of the cropped area. */
  readonly lambda: number;
  /** Holes along a row of the crop, a whole number ≥ 1, at most half its width. */
  readonly holes: number;
  /** Height of a patch over its width, > 0. Default 1. */
  readonly holeAspect?: number;
  /** Share of the image's area that is cropped, in (0, 1]. */
  readonly area: number;
  /** Height of the crop over its width, > 0. */
  readonly aspect: number;
  /** Where the crop lies between the left (top) border, 0, and the right (bottom) one, 1. */
  readonly offset: readonly [x: number, y: number];
}

/** [height, width] of the crop, cut to the image. */
export function gridCrop(height: number, width: number, area: number, aspect: number): readonly [height: number, width: number] {
  const cropWidth = Math.floor(Math.sqrt(Math.floor(height * width * area) / aspect));
  return [Math.min(Math.floor(cropWidth * aspect), height), Math.min(cropWidth, width)];
}

function checkChoice({ height, width, lambda, holeAspect = 1, area, aspect, offset }: GridChoice): void {
  checkWhole('gridKeep', 'height', height);
  checkWhole('gridKeep', 'width', width);
  checkShare('gridKeep', 'lambda', lambda);
  for (const [name, value] of Object.entries({ holeAspect, aspect })) if (!(value > 0 && value < Infinity)) throw new RangeError(`gridKeep: ${name} must be > 0 and finite, got ${value}`);
  if (!(area > 0 && area <= 1)) throw new RangeError(`gridKeep: area must be in (0, 1], got ${area}`);
  checkShare('gridKeep', 'offset[0]', offset[0]);
  checkShare('gridKeep', 'offset[1]', offset[1]);
}

/** Size of a hole within a patch: at least a pixel, and a pixel less than the patch. */
const holeSide = (patch: number, lambda: number): number => Math.min(Math.max(Math.floor(patch * Math.sqrt(1 - lambda)), 1), patch - 1);

/** For each position along an axis of the crop whether it lies in a hole. */
const holesAlong = (size: number, patch: number, hole: number): readonly boolean[] => Array.from({ length: size }, (_, i) => i % patch < hole);

/**
 * The mask of GridMix: 0 in a grid of holes within a crop, through which the partner shows, 1 elsewhere. A hole is at least one pixel and leaves at least one of its patch, so λ = 0 and
 * λ = 1 do mix. A crop that does not fit is cut to the image (the reference lets it wrap around).
 *
 * Baek, Bang, Shim, "GridMix: Strong regularization through local context mapping", Pattern Recognition 2021, in the form of the GridMixup code that openmixup follows.
 *
 * @returns [height, width] of 0 and 1
 * @throws {RangeError} for values out of range, or more holes than half the crop's width
 */
export function gridKeep(choice: GridChoice): Float64Array {
  checkChoice(choice);
  const { height, width, lambda, holes, holeAspect = 1, area, aspect, offset } = choice;
  const [cropHeight, cropWidth] = gridCrop(height, width, area, aspect);
  const most = Math.floor(cropWidth / 2);
  if (!(Number.isInteger(holes) && holes >= 1 && holes <= most)) throw new RangeError(`gridKeep: holes must be a whole number from 1 to ${most}, half the width of the crop, got ${holes}`);
  const patchWidth = Math.ceil(cropWidth / holes);
  const patchHeight = Math.floor(patchWidth * holeAspect);
  if (patchHeight < 1) throw new RangeError(`gridKeep: holeAspect must leave a patch of ${patchWidth} columns at least one row, got ${holeAspect}`);
  const [left, top] = [Math.floor((width - cropWidth) * offset[0]), Math.floor((height - cropHeight) * offset[1])];
  const across = holesAlong(cropWidth, patchWidth, holeSide(patchWidth, lambda));
  const down = holesAlong(cropHeight, patchHeight, holeSide(patchHeight, lambda));
  const keep = new Float64Array(height * width).fill(1);
  down.forEach((inRow, y) => {
    if (inRow) across.forEach((inColumn, x) => { if (inColumn) keep[(top + y) * width + left + x] = 0; });
  });
  return keep;
}
